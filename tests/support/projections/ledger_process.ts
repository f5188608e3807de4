/** An instance of the ledger in a process of its own, to be killed: `ledger_process.ts <url> <deployment>`. */
import { TrellisService } from "../../../mod.ts";
import { ledger, ledgerHandlers } from "./ledger.ts";

const [trellisUrl = "", deployment = ""] = Deno.args;
const options = { contract: ledger, trellisUrl, deployment, waitMs: 10_000 };
const service = await TrellisService.connect(options).orThrow();
await service.serve(ledgerHandlers);
await service.wait();
