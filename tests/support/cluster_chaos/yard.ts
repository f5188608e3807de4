/** A service that has some of everything, and an app that asks it. */
import { Type } from "@sinclair/typebox";
import {
  defineAppContract,
  defineHandlers,
  defineServiceContract,
  err,
  FileGrantSchema,
  kvFeed,
  ok,
  StoreError,
  TransferError,
} from "../../../mod.ts";

const Piece = Type.Object({ key: Type.String(), n: Type.Integer() });
const All = Type.Object({});
const Kept = Type.Object({ digest: Type.String() });
const Download = Type.Object({ file: FileGrantSchema });

/** Handlers must not be given up while leaders are elected. */
const PATIENT = { maxDeliver: 100, backoffMs: [50], ackWaitMs: 5000 };

/** Keeps pieces. */
export const yard = defineServiceContract({
  schemas: { Piece, All, Kept, Download },
  errors: { StoreError, TransferError },
}, (ref) => ({
  id: "yard@v1",
  displayName: "Yard",
  description: "Keeps pieces.",
  // It is needed for nothing: that it is given and taken has connections replaced.
  capabilities: { look: { displayName: "Look", description: "Looks around." } },
  rpc: {
    "Piece.Echo": { version: "v1", input: ref.schema("Piece"), output: ref.schema("Piece") },
    "Piece.Look": {
      version: "v1",
      input: ref.schema("Piece"),
      output: ref.schema("Piece"),
      capabilities: { call: ["look"] },
    },
    "Piece.Fetch": {
      version: "v1",
      input: ref.schema("Piece"),
      output: ref.schema("Download"),
      errors: [ref.error("StoreError"), ref.error("TransferError")],
      transfer: { direction: "receive", store: "sent" },
    },
  },
  feeds: {
    "Piece.Made": { version: "v1", input: ref.schema("All"), event: ref.schema("Piece") },
  },
  events: {
    "Piece.Moved": { version: "v1", params: ["/key"], event: ref.schema("Piece") },
    "Piece.Booked": { version: "v1", params: ["/key"], event: ref.schema("Piece") },
  },
  eventConsumers: {
    counter: {
      self: ["Piece.Moved", "Piece.Booked"],
      ordering: "none",
      concurrency: 16,
      ...PATIENT,
    },
  },
  jobs: {
    plain: { payload: ref.schema("Piece"), concurrency: 8, ...PATIENT },
    kept: { payload: ref.schema("Piece"), result: ref.schema("Piece"), concurrency: 8, ...PATIENT },
  },
  operations: {
    "Piece.Make": {
      version: "v1",
      input: ref.schema("Piece"),
      output: ref.schema("Piece"),
      work: { concurrency: 8, ...PATIENT },
    },
    "Piece.Send": {
      version: "v1",
      input: ref.schema("Piece"),
      output: ref.schema("Kept"),
      work: { concurrency: 8, ...PATIENT },
      transfer: { direction: "send", store: "sent", key: "/key" },
    },
  },
  resources: {
    kv: {
      contested: {
        purpose: "Values that several change.",
        schema: ref.schema("Piece"),
        history: 5,
      },
      created: { purpose: "Values that are made once.", schema: ref.schema("Piece") },
      booked: { purpose: "Values with their events.", schema: ref.schema("Piece"), outbox: true },
    },
    store: { files: { purpose: "Files." }, sent: { purpose: "Files that callers send." } },
  },
}));

/** Asks for pieces. */
export const visitor = defineAppContract({ schemas: { Piece } }, (ref) => ({
  id: "visitor@v1",
  displayName: "Visitor",
  description: "Asks for pieces.",
  uses: {
    required: {
      yard: yard.use({
        rpc: { call: ["Piece.Echo", "Piece.Look", "Piece.Fetch"] },
        operations: { call: ["Piece.Make", "Piece.Send"] },
        feeds: { subscribe: ["Piece.Made"] },
      }),
    },
  },
  state: { marks: { kind: "map", schema: ref.schema("Piece") } },
}));

/** Kinds of what is worked on. */
export const WORKED = ["event", "transact", "job", "kept job", "operation"] as const;
/** What handlers have been given, by kind; each with its key. */
export type Handled = Readonly<Record<typeof WORKED[number], { add(key: string): unknown }>>;

/** Handlers that note what they are given. */
export function yardHandlers(handled: Handled) {
  return defineHandlers(yard, {
    rpc: {
      "Piece.Echo": ({ input }) => ok(input),
      "Piece.Look": ({ input }) => ok(input),
      "Piece.Fetch": async ({ input: { key }, transfer }) =>
        (await transfer.grant(key)).map((file) => ({ file })),
    },
    feeds: {
      "Piece.Made": ({ client, cursor, context: { signal } }) =>
        kvFeed(client.kv.created, { cursor, signal }),
    },
    events: {
      counter: {
        self: {
          "Piece.Moved": ({ event }) => {
            handled.event.add(event.key);
            return ok();
          },
          "Piece.Booked": ({ event }) => {
            handled.transact.add(event.key);
            return ok();
          },
        },
      },
    },
    jobs: {
      plain: ({ payload }) => {
        handled.job.add(payload.key);
        return ok();
      },
      kept: ({ payload }) => {
        handled["kept job"].add(payload.key);
        return ok(payload);
      },
    },
    operations: {
      "Piece.Make": ({ input }) => {
        handled.operation.add(input.key);
        return ok(input);
      },
      "Piece.Send": async ({ op }) => {
        const file = (await op.transfer.completed()).take();
        if ("error" in file) return err(file.error);
        return ok({ digest: file.digest ?? "" });
      },
    },
  });
}
