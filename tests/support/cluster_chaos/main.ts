/**
 * Strikes a cluster by hand: `deno run -A tests/support/cluster_chaos/main.ts --secured --kill 50 --control 5 --roll 3`.
 * Prints what it has counted, and ends with 1 if there is a fault, with 2 where this machine cannot do it.
 * Ctrl-C has no more strike.
 */
import { parseArgs } from "node:util";
import { ANY_SHOCKS, faultsOf, runClusterChaos } from "./cluster_chaos.ts";
import { removePooledServers } from "../servers/server_pool.ts";
import { NotPossibleHere } from "./run_tool.ts";

const names = [...ANY_SHOCKS, "askers", "calm-ms", "binary", "stream"];
const options: Record<string, { readonly type: "string" | "boolean" }> = {
  ...Object.fromEntries(names.map((name) => [name, { type: "string" as const }])),
  secured: { type: "boolean" },
};
const { values } = parseArgs({ args: Deno.args, options });
const number = (name: string, otherwise: number) => Number(values[name] ?? otherwise);
const shocks = ANY_SHOCKS.flatMap((shock) => Array(number(shock, 0)).fill(shock))
  .toSorted(() => Math.random() - 0.5);
const ends = new AbortController();
Deno.addSignalListener("SIGINT", () => ends.abort());
const report = await runClusterChaos({
  isSecured: values.secured === true,
  shocks,
  askers: number("askers", 2),
  calmMs: number("calm-ms", 3000),
  ...(typeof values.binary === "string" ? { binary: values.binary } : {}),
  ...(typeof values.stream === "string" ? { stream: values.stream } : {}),
  signal: ends.signal,
  say: console.error,
}).catch((cause) => {
  if (!(cause instanceof NotPossibleHere)) throw cause;
  console.error(cause.message);
  Deno.exit(2);
});
await removePooledServers();
const faults = faultsOf(report);
console.log(JSON.stringify({ ...report, faults }, null, 2));
Deno.exit(Object.keys(faults).length === 0 ? 0 : 1);
