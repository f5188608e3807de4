/** An instance of the downloads in a process of its own, to be killed. Run by a test, with the server's address. */
import { TrellisService } from "../../../mod.ts";
import { SILENT } from "../deployed.ts";
import { sayMemory } from "./said_memory.ts";
import { downloadHandlers, downloads } from "./downloads.ts";

const [trellisUrl = ""] = Deno.args;
const service = await TrellisService.connect({ contract: downloads, trellisUrl, log: SILENT })
  .orThrow();
await service.serve(downloadHandlers);
console.log("serving");
sayMemory();
