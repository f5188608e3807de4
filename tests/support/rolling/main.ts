/**
 * Upgrades a deployment from another checkout of Trellis to this one under load, process by process, and back again:
 * `deno run -A tests/support/rolling/main.ts ../trellis-before`. Prints what was done, what failed and what is lost,
 * and ends with 1 if anything did not go as it should.
 */
import { fileURLToPath } from "node:url";
import { resolve } from "node:path";
import { roll } from "./rolling.ts";

const [before] = Deno.args;
if (before === undefined) {
  console.error("usage: deno run -A tests/support/rolling/main.ts <folder of another checkout>");
  Deno.exit(2);
}
const older = { name: "before", checkout: resolve(before) };
const newer = { name: "now", checkout: fileURLToPath(new URL("../../../", import.meta.url)) };
const report = await roll([older, newer, older], console.error);
console.log(JSON.stringify(report, null, 2));
// Whoever goes back may meet records that only the newer one reads; it has to say so.
const isExplained = report.refused.every((line) => line.includes("newer Trellis"));
const isClean = report.failed.length === 0 && report.lost.length === 0 && isExplained;
Deno.exit(isClean ? 0 : 1);
