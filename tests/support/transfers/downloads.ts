/** A service that grants files, and an app that fetches them, for the tests of receiving. */
import { Type } from "@sinclair/typebox";
import {
  type BodyOf,
  defineAppContract,
  defineHandlers,
  defineServiceContract,
  FileGrantSchema,
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

/** Grants what is in its store. */
export const downloads = defineServiceContract(
  { schemas: { Request, Download }, errors: { StoreError, TransferError } },
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
    },
    operations: {
      "Files.Pack": {
        version: "v1",
        input: ref.schema("Request"),
        output: ref.schema("Download"),
        errors: [ref.error("StoreError"), ref.error("TransferError")],
        transfer: { direction: "receive", store: "files" },
      },
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
  },
  operations: {
    "Files.Pack": async ({ input: { path, ...options }, op }) => {
      const file = await op.transfer.grant(path, options);
      return file.map((file) => ({ file }));
    },
  },
});

/** Asks for files. */
export const reader = defineAppContract({}, () => ({
  id: "reader@v1",
  displayName: "Reader",
  description: "Fetches files.",
  uses: {
    required: {
      downloads: downloads.use({
        rpc: { call: ["Files.Download"] },
        operations: { call: ["Files.Pack"] },
      }),
    },
  },
}));
