import { defineHandlers, ok } from "../../mod.ts";
import contract from "./work_contract.ts";

export default defineHandlers(contract, {
  rpc: {
    "Work.Do": ({ input }) => {
      const end = performance.now() + input.us / 1000;
      while (performance.now() < end);
      return ok(input);
    },
  },
});
