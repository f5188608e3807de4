/** Runs the checks; the place is the first argument, as JSON. Prints what came of them. */
import { argv } from "node:process";
import * as trellis from "../../mod.ts";
import { runChecks } from "./checks.ts";

console.log(JSON.stringify(await runChecks(trellis, JSON.parse(argv[2] ?? ""))));
