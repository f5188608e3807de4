/** A service with queues of each kind and an operation, whose handlers write down what they do. */
import { Type } from "@sinclair/typebox";
import {
  defineAppContract,
  defineHandlers,
  defineServiceContract,
  isErr,
  ok,
} from "../../../mod.ts";
import type { Ledger } from "./ledger.ts";

const Piece = Type.Object({ key: Type.String(), n: Type.Integer() });
const Made = Type.Object({ n: Type.Integer() });
const Nod = Type.Object({ by: Type.String() });

/** Kills must not use up the tries, and a server that is away must be back before its workers are thought dead. */
const PATIENT = { maxDeliver: 100, backoffMs: [50], ackWaitMs: 6000 };

/** Makes things. */
export const plant = defineServiceContract({ schemas: { Piece, Made, Nod } }, (ref) => ({
  id: "plant@v1",
  displayName: "Plant",
  description: "Makes things.",
  jobs: {
    plain: { payload: ref.schema("Piece"), concurrency: 16, ...PATIENT },
    kept: { payload: ref.schema("Piece"), result: ref.schema("Made"), concurrency: 16, ...PATIENT },
    single: { payload: ref.schema("Piece"), unique: "/key", concurrency: 8, ...PATIENT },
    ordered: {
      payload: ref.schema("Piece"),
      keyConcurrency: { key: "/key", maxActive: 1, ordering: "strict" },
      concurrency: 8,
      ...PATIENT,
    },
  },
  operations: {
    "Piece.Make": {
      version: "v1",
      input: ref.schema("Piece"),
      output: ref.schema("Made"),
      signals: { nod: { input: ref.schema("Nod") } },
      work: { concurrency: 8, ...PATIENT },
    },
  },
}));

/** Asks for things. */
export const buyer = defineAppContract({}, () => ({
  id: "buyer@v1",
  displayName: "Buyer",
  description: "Asks for things.",
  uses: { required: { plant: plant.use({ operations: { call: ["Piece.Make"] } }) } },
}));

/** The queues of {@link plant}. */
export const QUEUES = ["plain", "kept", "single", "ordered"] as const;
/** One of them. */
export type PlantQueue = typeof QUEUES[number];

/** Handlers that write down what they begin, do in a step, and end. */
export function plantHandlers(ledger: Ledger, longestMs: number) {
  const pause = () => new Promise((resolve) => setTimeout(resolve, Math.random() * longestMs));
  const write = (what: Parameters<Ledger["write"]>[0]["what"], queue: string, id: string) => {
    ledger.write({ what, queue, id });
  };
  const work = async (
    queue: string,
    { id, step }: {
      readonly id: string;
      readonly step: <T>(name: string, run: () => T) => Promise<T>;
    },
    middle?: () => Promise<void>,
  ) => {
    write("begin", queue, id);
    await pause();
    await step("effect", () => write("effect", queue, id));
    write("kept", queue, id);
    await middle?.();
    await pause();
    write("end", queue, id);
  };
  return defineHandlers(plant, {
    jobs: {
      plain: async ({ job }) => {
        await work("plain", job);
        return ok();
      },
      kept: async ({ payload: { n }, job }) => {
        await work("kept", job);
        return ok({ n });
      },
      single: async ({ job }) => {
        await work("single", job);
        return ok();
      },
      ordered: async ({ job }) => {
        await work("ordered", job);
        return ok();
      },
    },
    operations: {
      "Piece.Make": async ({ input: { n, key }, op }) => {
        let nod: unknown;
        await work("operation", { id: key, step: op.step }, async () => {
          nod = (await op.signal("nod", { timeoutMs: 600_000 })).take();
        });
        if (isErr(nod)) throw nod.error;
        return ok({ n });
      },
    },
  });
}
