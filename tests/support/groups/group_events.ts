/** A service that consumes events in a group of each kind, its own and those of another contract. */
import { Type } from "@sinclair/typebox";
import { defineServiceContract } from "../../../mod.ts";

const Paid = Type.Object({ invoiceId: Type.String(), amount: Type.Number() });
const Placed = Type.Object({ orderId: Type.String(), n: Type.Integer() });

/** Publishes what is consumed. */
export const billing = defineServiceContract({ schemas: { Paid } }, (ref) => ({
  id: "billing@v1",
  displayName: "Billing",
  description: "Writes invoices.",
  events: {
    "Invoice.Paid": { version: "v1", params: ["/invoiceId"], event: ref.schema("Paid") },
  },
}));

/** Consumes. */
export const depot = defineServiceContract({ schemas: { Placed } }, (ref) => ({
  id: "depot@v1",
  displayName: "Depot",
  description: "Sends goods.",
  uses: {
    required: { billing: billing.use({ events: { subscribe: ["Invoice.Paid"] } }) },
  },
  rpc: {
    "Depot.Place": { version: "v1", input: ref.schema("Placed"), output: ref.schema("Placed") },
  },
  events: {
    "Order.Placed": { version: "v1", params: ["/orderId"], event: ref.schema("Placed") },
    "Order.Sent": { version: "v1", params: ["/orderId"], event: ref.schema("Placed") },
  },
  eventConsumers: {
    mailer: {
      self: ["Order.Placed"],
      uses: { billing: ["Invoice.Paid"] },
      ordering: "none",
      concurrency: 4,
    },
    packer: { self: ["Order.Placed", "Order.Sent"] },
  },
}));
