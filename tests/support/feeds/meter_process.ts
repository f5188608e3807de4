/**
 * An instance of the meters whose readings say which it is, and count on from the cursor, a hundred a second. Run by a
 * test, with the server's address and a name.
 */
import { TrellisService } from "../../../mod.ts";
import { pause } from "../../../runtime/nats/pause.ts";
import { SILENT } from "../deployed.ts";
import { meterHandlers, meters } from "./meters.ts";

const [trellisUrl = "", text = ""] = Deno.args;
const service = await TrellisService.connect({ contract: meters, trellisUrl, log: SILENT })
  .orThrow();
await service.serve(meterHandlers(async function* ({ input: { meter }, cursor, context }) {
  for (let n = Number(cursor ?? 0) + 1; await pause(10, context.signal); n++) {
    yield { value: { meter, n, text }, cursor: String(n) };
  }
}));
console.log("serving");
