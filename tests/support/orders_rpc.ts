/** A small service with two RPCs and a bucket, for tests of the runtime. */
import { type Static, Type } from "@sinclair/typebox";
import { defineError, defineServiceContract } from "../../mod.ts";

/** What is stored and answered. */
export const Order = Type.Object({ orderId: Type.String(), note: Type.Optional(Type.String()) });
/** What is stored and answered. */
export type Order = Static<typeof Order>;
/** What is asked for. */
export const OrderQuery = Type.Object({ orderId: Type.String() });

/** The declared error. */
export const NotFoundError = defineError({
  type: "NotFoundError",
  fields: { orderId: Type.String() },
  message: ({ orderId }) => `there is no order ${orderId}`,
});

/** The contract. */
export const ordersRpc = defineServiceContract(
  { schemas: { Order, OrderQuery }, errors: { NotFoundError } },
  (ref) => ({
    id: "orders-service@v1",
    displayName: "Orders",
    description: "Keeps orders.",
    rpc: {
      "Orders.Create": { version: "v1", input: ref.schema("Order"), output: ref.schema("Order") },
      "Orders.Get": {
        version: "v1",
        input: ref.schema("OrderQuery"),
        output: ref.schema("Order"),
        errors: [ref.error("NotFoundError")],
      },
    },
    resources: { kv: { orders: { purpose: "orders", schema: ref.schema("Order") } } },
  }),
);
