/**
 * Runs the chaos by hand: `deno run -A tests/support/chaos/main.ts --jobs 10000 --operations 500 --kills 200`. Prints
 * what it has counted, and ends with 1 if there is a fault.
 */
import { parseArgs } from "node:util";
import { runChaos } from "./chaos.ts";

const names = [
  "jobs",
  "operations",
  "kills",
  "workers",
  "callers",
  "handler-ms",
  "caller-ms",
  "apart-ms",
  "limit-ms",
];
const { values } = parseArgs({
  args: Deno.args,
  options: Object.fromEntries(names.map((name) => [name, { type: "string" as const }])),
});
const number = (name: string, otherwise: number) => Number(values[name] ?? otherwise);
const report = await runChaos({
  jobs: number("jobs", 1000),
  operations: number("operations", 50),
  kills: number("kills", 20),
  workers: number("workers", 3),
  callers: number("callers", 2),
  handlerMs: number("handler-ms", 30),
  callerMs: number("caller-ms", 20),
  apartMs: number("apart-ms", 1500),
  limitMs: number("limit-ms", 1_800_000),
  say: console.error,
});
console.log(JSON.stringify(report, null, 2));
const { endless, dead, ...lists } = report.faults;
const isClean = endless === 0 && dead === 0 &&
  Object.values(lists).every((list) => list.length === 0);
Deno.exit(isClean ? 0 : 1);
