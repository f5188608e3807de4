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
      // In small pieces and without a pause: nothing but the end of the process stops it.
      while (how === "memory") kept.push({ kept: [kept.length] });
      while (how === "loop") kept.length = 0;
      if (how === "pid") return ok({ how: String(Deno.pid) });
      if (how.startsWith("file:")) return ok({ how: attempt(() => Deno.statSync(new URL(how))) });
      if (how === "write") return ok({ how: attempt(() => Deno.mkdirSync("never-made")) });
      if (how === "run") return ok({ how: attempt(() => new Deno.Command("true").outputSync()) });
      return ok({ how });
    },
  },
});

function attempt(what: () => unknown): string {
  try {
    what();
    return "done";
  } catch (error) {
    return String(error);
  }
}
