import { defineServiceContract } from "../../mod.ts";
import { Order } from "../../examples/orders/schemas.ts";

/** A service that answers with the order that it is sent, and keeps nothing. */
export const echoContract = defineServiceContract({ schemas: { Order } }, (ref) => ({
  id: "bench-echo@v1",
  displayName: "Echo",
  description: "Answers with the order that it is sent.",
  rpc: {
    "Orders.Echo": { version: "v1", input: ref.schema("Order"), output: ref.schema("Order") },
  },
}));
