/** A service that takes files, for the tests of sending. */
import { Type } from "@sinclair/typebox";
import {
  type BodyOf,
  defineAppContract,
  defineHandlers,
  defineServiceContract,
  err,
  ok,
} from "../../../mod.ts";
import type { OperationHandlers } from "../../../runtime/operations/serve/running_types.ts";

const Paper = Type.Object({ path: Type.String(), type: Type.Optional(Type.String()) });
const Kept = Type.Object({ key: Type.String(), size: Type.Integer(), digest: Type.String() });
const Approval = Type.Object({ by: Type.String() });

/** Keeps papers. */
export const papers = defineServiceContract({ schemas: { Paper, Kept, Approval } }, (ref) => {
  const upload = {
    version: "v1",
    input: ref.schema("Paper"),
    output: ref.schema("Kept"),
    // A frozen process is delivered what it cannot take, which counts.
    work: { concurrency: 8, maxDeliver: 8, backoffMs: [20], ackWaitMs: 1000 },
  } as const;
  return {
    id: "papers@v1",
    displayName: "Papers",
    description: "Keeps papers.",
    resources: {
      store: {
        papers: { purpose: "What was sent." },
        tight: { purpose: "No room for much.", maxTotalBytes: 2_000_000 },
      },
    },
    operations: {
      "Paper.Upload": {
        ...upload,
        cancel: true,
        transfer: { direction: "send", store: "papers", key: "/path", contentType: "/type" },
      },
      // One at a time.
      "Paper.Single": {
        ...upload,
        work: { ...upload.work, concurrency: 1 },
        transfer: { direction: "send", store: "papers", key: "/path" },
      },
      // Small, and in a hurry.
      "Paper.Note": {
        ...upload,
        transfer: {
          direction: "send",
          store: "papers",
          key: "/path",
          maxBytes: 1000,
          expiresInMs: 2000,
        },
      },
      "Paper.Squeeze": {
        ...upload,
        transfer: { direction: "send", store: "tight", key: "/path" },
      },
    },
  };
});

type Papers = BodyOf<typeof papers>;
/** The handler of its uploads. */
export type UploadHandler = OperationHandlers<Papers, undefined>["Paper.Upload"];

/** Handlers, which answer what the store has. */
export function paperHandlers(onUpload?: UploadHandler) {
  const keep: UploadHandler = async ({ op }) => {
    const file = (await op.transfer.completed()).take();
    if ("error" in file) return err(file.error);
    const { key, size, digest = "" } = file;
    return ok({ key, size, digest });
  };
  return defineHandlers(papers, {
    operations: {
      "Paper.Upload": onUpload ?? keep,
      "Paper.Single": keep,
      "Paper.Note": keep,
      "Paper.Squeeze": keep,
    },
  });
}

/** Sends papers. */
export const author = defineAppContract({}, () => ({
  id: "author@v1",
  displayName: "Author",
  description: "Sends papers.",
  uses: {
    required: {
      papers: papers.use({
        operations: { call: ["Paper.Upload", "Paper.Single", "Paper.Note", "Paper.Squeeze"] },
      }),
    },
  },
}));
