/**
 * Strikes a cluster by hand: `deno run -A tests/support/cluster_chaos/main.ts --kill 50 --roll 3 --freeze 3`. Prints
 * what it has counted, and ends with 1 if there is a fault, with 2 where this machine cannot do it.
 */
import { parseArgs } from "node:util";
import { runClusterChaos } from "./cluster_chaos.ts";
import { removePooledServers } from "../servers/server_pool.ts";
import { NotPossibleHere } from "./run_tool.ts";
import { SHOCKS } from "./shocks.ts";

const names = [...SHOCKS, "askers", "calm-ms", "binary", "stream"];
const { values } = parseArgs({
  args: Deno.args,
  options: Object.fromEntries(names.map((name) => [name, { type: "string" as const }])),
});
const number = (name: string, otherwise: number) => Number(values[name] ?? otherwise);
const shocks = SHOCKS.flatMap((shock) => Array(number(shock, 0)).fill(shock))
  .toSorted(() => Math.random() - 0.5);
const report = await runClusterChaos({
  shocks,
  askers: number("askers", 2),
  calmMs: number("calm-ms", 3000),
  ...(typeof values.binary === "string" ? { binary: values.binary } : {}),
  ...(typeof values.stream === "string" ? { stream: values.stream } : {}),
  say: console.error,
}).catch((cause) => {
  if (!(cause instanceof NotPossibleHere)) throw cause;
  console.error(cause.message);
  Deno.exit(2);
});
await removePooledServers();
console.log(JSON.stringify(report, null, 2));
const { violations, lost, sameRevision, hung } = report.faults;
const isClean = violations.length === 0 && sameRevision.length === 0 && hung.length === 0 &&
  Object.values(lost).every((keys) => keys.length === 0);
Deno.exit(isClean ? 0 : 1);
