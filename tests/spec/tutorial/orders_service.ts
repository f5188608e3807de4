/** The tutorial's contract, with an RPC to call. */
import { defineHandlers, defineServiceContract, UnexpectedError } from "../../../mod.ts";

import * as schemas from "./schemas.ts";

export const ordersService = defineServiceContract(
  { schemas },
  (ref) => ({
    id: "orders-service@v1",
    displayName: "Orders",
    description: "Keeps orders.",
    rpc: {
      "Orders.Save": {
        version: "v1",
        input: ref.schema("Order"),
        output: ref.schema("OrderId"),
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

export const ordersHandlers = defineHandlers(ordersService, {
  rpc: {
    "Orders.Save": ({ input, client }) =>
      client.kv.orders.put(input.orderId, input)
        .map(({ key }) => ({ orderId: key }))
        .mapErr((cause) => new UnexpectedError({ cause })),
  },
});
