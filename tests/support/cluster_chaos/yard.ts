/** A service that has some of everything, and an app that asks it. */
import { Type } from "@sinclair/typebox";
import { defineAppContract, defineHandlers, defineServiceContract, ok } from "../../../mod.ts";

const Piece = Type.Object({ key: Type.String(), n: Type.Integer() });

/** Handlers must not be given up while leaders are elected. */
const PATIENT = { maxDeliver: 100, backoffMs: [50], ackWaitMs: 5000 };

/** Keeps pieces. */
export const yard = defineServiceContract({ schemas: { Piece } }, (ref) => ({
  id: "yard@v1",
  displayName: "Yard",
  description: "Keeps pieces.",
  rpc: {
    "Piece.Echo": { version: "v1", input: ref.schema("Piece"), output: ref.schema("Piece") },
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
    store: { files: { purpose: "Files." } },
  },
}));

/** Asks for pieces. */
export const visitor = defineAppContract({}, () => ({
  id: "visitor@v1",
  displayName: "Visitor",
  description: "Asks for pieces.",
  uses: {
    required: {
      yard: yard.use({ rpc: { call: ["Piece.Echo"] }, operations: { call: ["Piece.Make"] } }),
    },
  },
}));

/** What handlers have been given, by kind; each with its key. */
export type Handled = Readonly<
  Record<"event" | "transact" | "job" | "kept job" | "operation", Set<string>>
>;

/** Handlers that note what they are given. */
export function yardHandlers(handled: Handled) {
  return defineHandlers(yard, {
    rpc: { "Piece.Echo": ({ input }) => ok(input) },
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
    },
  });
}
