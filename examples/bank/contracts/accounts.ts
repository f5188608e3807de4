import { defineServiceContract } from "@qlever-llc/trellis";
import { Account, AccountRef } from "../schemas.ts";

export default defineServiceContract({ schemas: { Account, AccountRef } }, (ref) => ({
  id: "accounts@v1",
  displayName: "Accounts",
  description: "Keeps accounts, and publishes each one that is written.",
  rpc: {
    "Account.Open": {
      version: "v1",
      input: ref.schema("Account"),
      output: ref.schema("AccountRef"),
    },
  },
  events: {
    "Account.Changed": { version: "v1", event: ref.schema("Account"), params: ["/accountId"] },
  },
  resources: {
    kv: {
      accounts: {
        purpose: "Keep accounts",
        schema: ref.schema("Account"),
        changes: { event: "Account.Changed" },
      },
    },
  },
}));
