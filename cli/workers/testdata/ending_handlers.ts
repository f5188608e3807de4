import { exit } from "node:process";
import { defineHandlers, ok } from "../../../mod.ts";
import contract from "./ending_contract.ts";

// It ends while it is loaded until there is a file of this name.
const marker = new URL(import.meta.url).searchParams.get("marker");
if (marker !== null && !hasMarker(marker)) Deno.exit(3);

function hasMarker(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

const kept: unknown[] = [];

export default defineHandlers(contract, {
  rpc: {
    "Ending.Ask": ({ input }) => {
      const { how } = input;
      if (how === "Deno.exit") Deno.exit(7);
      if (how === "process.exit") exit(8);
      if (how === "close") self.close();
      if (how === "throw") setTimeout(() => Promise.reject(new Error("thrown behind its back")));
      while (how === "memory") kept.push(new Array(100_000).fill(1.5));
      return ok({ how });
    },
  },
});
