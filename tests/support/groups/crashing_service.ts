/** An instance of the tally whose process ends with its first event. Run by a test, with the server's address. */
import { defineHandlers, TrellisService } from "../../../mod.ts";
import { tally } from "./tally.ts";

const [trellisUrl = "", deployment = ""] = Deno.args;
const service = await TrellisService.connect({ contract: tally, trellisUrl, deployment }).orThrow();
await service.serve(defineHandlers(tally, {
  events: { counter: { self: { "Thing.Counted": () => Deno.exit(7) } } },
}));
