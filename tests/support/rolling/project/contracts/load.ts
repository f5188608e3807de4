import { defineDeviceContract } from "@qlever-llc/trellis";
import { Thing } from "../schemas.ts";
import plant from "./plant.ts";

export default defineDeviceContract({ schemas: { Thing } }, (ref) => ({
  id: "load@v1",
  displayName: "Load",
  description: "Asks for everything, all the time.",
  uses: {
    required: {
      plant: plant.use({
        rpc: { call: ["Thing.Keep", "Thing.Missing", "Thing.Fetch"] },
        operations: { call: ["Thing.Send"] },
        feeds: { subscribe: ["Thing.Changes"] },
      }),
    },
  },
  state: { last: { kind: "value", schema: ref.schema("Thing") } },
}));
