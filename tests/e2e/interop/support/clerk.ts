/** What an agent runs that calls the parcels. */
import { defineAgentContract } from "../../../../client.ts";
import { parcels } from "./parcels.ts";

export default defineAgentContract({}, () => ({
  id: "clerk@v1",
  displayName: "Clerk",
  description: "Handles parcels for somebody.",
  uses: {
    required: {
      parcels: parcels.use({
        rpc: { call: ["Parcels.Find", "Parcels.List", "Parcels.Return"] },
        operations: { call: ["Parcels.Pack"] },
      }),
    },
  },
}));
