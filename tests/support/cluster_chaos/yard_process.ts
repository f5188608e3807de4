/**
 * An instance of the yard in a process of its own, which prints what it is given: for each a line with an array of its
 * kind and its key. Its arguments: the servers' addresses, and the seed of its key where they are secured.
 */
import { TrellisService } from "../../../mod.ts";
import { SILENT } from "../deployed.ts";
import { WORKED, yard, yardHandlers } from "./yard.ts";

const [servers = "", sessionKeySeed] = Deno.args;
const service = await TrellisService.connect({
  contract: yard,
  trellisUrl: servers.split(","),
  sessionKeySeed,
  log: SILENT,
  waitMs: 120_000,
}).orThrow();
const add = (kind: string) => ({ add: (key: string) => console.log(JSON.stringify([kind, key])) });
const [event, transact, job, kept, operation] = WORKED;
await service.serve(yardHandlers({
  [event]: add(event),
  [transact]: add(transact),
  [job]: add(job),
  [kept]: add(kept),
  [operation]: add(operation),
}));
console.log("serving");
await service.wait();
