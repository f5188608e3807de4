/** A service that grants files, and an app that fetches them, for the tests of receiving. */
import { Type } from "@sinclair/typebox";
import {
  type BodyOf,
  defineAppContract,
  defineHandlers,
  defineServiceContract,
  FileGrantSchema,
  ok,
  StoreError,
  TransferError,
} from "../../../mod.ts";

const Range = Type.Object({ start: Type.Integer(), end: Type.Integer() });
const Request = Type.Object({
  path: Type.String(),
  range: Type.Optional(Range),
  expiresInMs: Type.Optional(Type.Integer()),
});
const Download = Type.Object({ file: FileGrantSchema });
const Size = Type.Object({ size: Type.Integer() });

/** Grants what is in its store. */
export const downloads = defineServiceContract(
  { schemas: { Request, Download, Size }, errors: { StoreError, TransferError } },
  (ref) => ({
    id: "downloads@v1",
    displayName: "Downloads",
    description: "Grants files.",
    rpc: {
      "Files.Download": {
        version: "v1",
        input: ref.schema("Request"),
        output: ref.schema("Download"),
        errors: [ref.error("StoreError"), ref.error("TransferError")],
        transfer: { direction: "receive", store: "files" },
      },
      "Files.Size": { version: "v1", input: ref.schema("Request"), output: ref.schema("Size") },
    },
    resources: { store: { files: { purpose: "What is fetched." } } },
  }),
);

/** The body of {@link downloads}. */
export type Downloads = BodyOf<typeof downloads>;

/** Its handlers. */
export const downloadHandlers = defineHandlers(downloads, {
  rpc: {
    "Files.Download": async ({ input: { path, ...options }, transfer }) => {
      const file = await transfer.grant(path, options);
      return file.map((file) => ({ file }));
    },
    "Files.Size": async ({ input, client }) => {
      const files = await client.store.files.open().orThrow();
      return ok({ size: (await files.get(input.path).orThrow()).info.size });
    },
  },
});

/** Asks for files. */
export const reader = defineAppContract({}, () => ({
  id: "reader@v1",
  displayName: "Reader",
  description: "Fetches files.",
  uses: { required: { downloads: downloads.use({ rpc: { call: ["Files.Download"] } }) } },
}));
