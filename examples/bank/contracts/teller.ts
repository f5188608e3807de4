import { defineAgentContract } from "@qlever-llc/trellis";
import accounts from "./accounts.ts";
import movements from "./movements.ts";

export default defineAgentContract({}, () => ({
  id: "teller@v1",
  displayName: "Teller",
  description: "Opens accounts and moves money for somebody.",
  uses: {
    required: {
      accounts: accounts.use({ rpc: { call: ["Account.Open"] } }),
      movements: movements.use({
        rpc: { call: ["Movement.Make", "Balance.Get"] },
        events: { subscribe: ["Movement.Made"] },
      }),
    },
  },
}));
