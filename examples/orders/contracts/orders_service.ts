import { defineError, defineServiceContract } from "@qlever-llc/trellis";
import { Type } from "@sinclair/typebox";
import * as schemas from "../schemas.ts";

export const OrderNotFoundError = defineError({
  type: "OrderNotFoundError",
  fields: { orderId: Type.String() },
  message: ({ orderId }) => `there is no order ${orderId}`,
});

export const OrderNotPendingError = defineError({
  type: "OrderNotPendingError",
  fields: { orderId: Type.String(), status: schemas.Order.properties.status },
  message: ({ orderId, status }) => `the order ${orderId} is ${status}, not pending`,
});

export default defineServiceContract(
  { schemas, errors: { OrderNotFoundError, OrderNotPendingError } },
  (ref) => ({
    id: "orders-service@v1",
    displayName: "Orders",
    description: "Takes orders and keeps them.",
    rpc: {
      "Orders.Create": {
        version: "v1",
        input: ref.schema("NewOrder"),
        output: ref.schema("OrderStatus"),
      },
      "Orders.Get": {
        version: "v1",
        input: ref.schema("OrderRef"),
        output: ref.schema("Order"),
        errors: [ref.error("OrderNotFoundError")],
      },
      "Orders.List": {
        version: "v1",
        input: ref.schema("OrderQuery"),
        output: ref.schema("OrderPage"),
      },
      "Orders.Ship": {
        version: "v1",
        input: ref.schema("OrderRef"),
        output: ref.schema("OrderStatus"),
        errors: [ref.error("OrderNotFoundError"), ref.error("OrderNotPendingError")],
      },
    },
    resources: {
      kv: {
        orders: {
          purpose: "Store order records",
          schema: ref.schema("Order"),
          history: 1,
          ttlMs: 0,
        },
      },
    },
  }),
);
