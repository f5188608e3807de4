/** An instance of the plant, to be killed: `worker_process.ts <url> <ledger> <longest pause in ms>`. */
import { TrellisService } from "../../../mod.ts";
import { Ledger } from "./ledger.ts";
import { plant, plantHandlers } from "./plant.ts";

const [trellisUrl = "", path = "", longestMs = ""] = Deno.args;
const options = { contract: plant, trellisUrl, waitMs: 60_000 };
const service = await TrellisService.connect(options).orThrow();
await service.serve(plantHandlers(new Ledger(path), Number(longestMs)));
await service.wait();
