/** An instance of the papers. Run by a test, with the server's address. */
import { TrellisService } from "../../../mod.ts";
import { SILENT } from "../deployed.ts";
import { paperHandlers, papers } from "./papers.ts";

const [trellisUrl = ""] = Deno.args;
const service = await TrellisService.connect({ contract: papers, trellisUrl, log: SILENT })
  .orThrow();
await service.serve(paperHandlers());
console.log("serving");
let most = Deno.memoryUsage().rss;
setInterval(() => {
  const { rss } = Deno.memoryUsage();
  if (rss > most + (1 << 20)) console.log(`rss ${most = rss}`);
}, 10);
