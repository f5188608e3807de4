import { defineHandlers, ok } from "@qlever-llc/trellis";
import contract from "../contracts/accounts.ts";

export default defineHandlers(contract, {
  rpc: {
    "Account.Open": async ({ input, client }) => {
      await client.kv.accounts.create(input.accountId, input).orThrow();
      return ok({ accountId: input.accountId });
    },
  },
});
