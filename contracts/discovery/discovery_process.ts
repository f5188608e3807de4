/**
 * Evaluates one contract file, and prints what came of it as the last line of its output.
 *
 * @module
 */
import { evaluateFile, prepareRealm } from "./evaluate_file.ts";

// Taken before the contract runs, so that it cannot put its own in their place.
const { stringify } = JSON;
const { stdout, exit } = Deno;
const write = stdout.writeSync.bind(stdout);

function print(evaluation: object): void {
  let rest = new TextEncoder().encode(`\n${stringify(evaluation)}\n`);
  while (rest.length > 0) rest = rest.subarray(write(rest));
}

prepareRealm(print);
print(await evaluateFile(Deno.args[0] ?? ""));
exit(0);
