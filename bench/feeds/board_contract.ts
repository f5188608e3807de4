import { Type } from "@sinclair/typebox";
import { defineServiceContract } from "../../mod.ts";

const Nothing = Type.Object({});
const Tick = Type.Object({
  at: Type.Number(),
  rows: Type.Array(Type.Object({ id: Type.String(), total: Type.Number() })),
});
const Order = Type.Object({ id: Type.String(), total: Type.Number() });

/** A feed that many share, and one of a bucket. */
export const boardContract = defineServiceContract(
  { schemas: { Nothing, Tick, Order } },
  (ref) => ({
    id: "board@v1",
    displayName: "Board",
    description: "Shows numbers.",
    feeds: {
      "Board.Ticks": { version: "v1", input: ref.schema("Nothing"), event: ref.schema("Tick") },
      "Board.Orders": { version: "v1", input: ref.schema("Nothing"), event: ref.schema("Order") },
    },
    resources: { kv: { orders: { purpose: "Orders", schema: ref.schema("Order") } } },
  }),
);

/** Sent in each tick beside its time. */
export const ROWS = Array.from({ length: 8 }, (_, n) => ({ id: `row-${n}`, total: n * 1.5 }));
