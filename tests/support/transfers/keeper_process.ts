/** An instance of the papers. Run by a test, with the server's address. */
import { TrellisService } from "../../../mod.ts";
import { SILENT } from "../deployed.ts";
import { sayMemory } from "./said_memory.ts";
import { paperHandlers, papers } from "./papers.ts";

const [trellisUrl = ""] = Deno.args;
const service = await TrellisService.connect({ contract: papers, trellisUrl, log: SILENT })
  .orThrow();
await service.serve(paperHandlers());
console.log("serving");
sayMemory();
