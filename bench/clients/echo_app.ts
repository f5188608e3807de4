import { defineAppContract } from "../../mod.ts";
import { echoContract } from "../rpc/echo_contract.ts";

/** What the clients run. */
export const echoApp = defineAppContract({}, () => ({
  id: "bench-echo-app@v1",
  displayName: "Echo app",
  description: "Sends orders.",
  uses: { required: { echo: echoContract.use({ rpc: { call: ["Orders.Echo"] } }) } },
}));
