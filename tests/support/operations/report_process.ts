/**
 * An instance of the reports whose export says what it does, and never ends. Run by a test, with the server's
 * address; what it says goes to its output, a line each.
 */
import { TrellisService } from "../../../mod.ts";
import { SILENT } from "../deployed.ts";
import { reportHandlers, reports } from "./reports.ts";

const [trellisUrl = ""] = Deno.args;
const service = await TrellisService.connect({ contract: reports, trellisUrl, log: SILENT })
  .orThrow();
await service.serve(reportHandlers(async ({ op, context }) => {
  context.signal.addEventListener("abort", () => console.log("aborted"));
  const step = await op.step("once", () => "by the process");
  op.progress({ done: 1 });
  console.log(`attempt ${op.attempt}: ${step}`);
  await new Promise(() => {});
  throw new Error("never");
}));
console.log("serving");
