import { defineServiceContract } from "@qlever-llc/trellis";
import * as schemas from "../schemas.ts";
import accounts from "./accounts.ts";

export default defineServiceContract({ schemas }, (ref) => ({
  id: "movements@v1",
  displayName: "Movements",
  description: "Moves money, and tells what has become of it.",
  uses: {
    required: { accounts: accounts.use({ events: { subscribe: ["Account.Changed"] } }) },
  },
  rpc: {
    "Movement.Make": {
      version: "v1",
      input: ref.schema("NewMovement"),
      output: ref.schema("MovementRef"),
    },
    "Balance.Get": {
      version: "v1",
      input: ref.schema("AccountRef"),
      output: ref.schema("Balance"),
    },
    "Notice.List": {
      version: "v1",
      input: ref.schema("AccountRef"),
      output: ref.schema("Notices"),
    },
  },
  events: {
    "Movement.Made": { version: "v1", event: ref.schema("Movement"), params: ["/accountId"] },
  },
  eventConsumers: {
    notices: { self: ["Movement.Made"], uses: { accounts: ["Account.Changed"] }, ordering: "key" },
  },
  resources: {
    kv: {
      movements: { purpose: "Keep movements", schema: ref.schema("Movement"), outbox: true },
      balances: {
        purpose: "Balance of each account",
        schema: ref.schema("Balance"),
        projection: { self: ["Movement.Made"], key: "/accountId" },
      },
      notices: { purpose: "Notices to owners", schema: ref.schema("Notice") },
    },
  },
}));
