/**
 * The one gate: format, lint, types, tests, publishing. Every step runs, even after
 * a failure, so that one run tells everything.
 *
 * @module
 */

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { GateFolder } from "./gate/gate_folder.ts";
import { processorTimeOfChildren } from "./gate/processor_time.ts";
import { testGroups } from "./gate/test_groups.ts";
import { ROOT } from "./support/source_files.ts";
import { CHECK_VARIABLES, testVariables } from "./gate/step_variables.ts";
import { testFiles } from "./gate/test_files.ts";

interface Step {
  readonly name: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const CHECKS: readonly Step[] = [
  // Those of the examples in comments too, which a test runs.
  { name: "types", args: ["check", "--quiet", "--doc", "."], env: CHECK_VARIABLES },
  // Tells types that are not written out; the others are checked above.
  {
    name: "publish",
    args: ["publish", "--dry-run", "--quiet", "--no-check", "--allow-dirty"],
  },
  { name: "format", args: ["fmt", "--check", "--quiet"] },
  { name: "lint", args: ["lint", "--quiet"] },
];

/** Most tests wait more than they compute, so more steps run at a time than there are cores. */
const LANES = 3 * navigator.hardwareConcurrency;

/** A step for each group of tests: several groups in one process would slow each other down. */
async function testSteps(folder: GateFolder): Promise<readonly Step[]> {
  const config = join(ROOT, "deno.json");
  const env = await testVariables(folder);
  return testGroups(await testFiles()).map(({ name, files }, place) => {
    const module = join(folder.path, `${place}_test.ts`);
    const urls = files.map((file) => pathToFileURL(join(ROOT, file)).href);
    Deno.writeTextFileSync(module, urls.map((url) => `import "${url}";\n`).join(""));
    return {
      name: `tests in ${name}`,
      // Types are checked once, by the step of that name.
      args: ["test", "-A", "--quiet", "--no-check", "--config", config, module],
      env,
    };
  });
}

interface Outcome {
  readonly passed: number;
  readonly failed: number;
}

const running = new Set<Deno.ChildProcess>();

const seconds = (started: number) => ((performance.now() - started) / 1000).toFixed(1);

let takenBefore = processorTimeOfChildren() ?? 0;

/** The processor time of the step that has ended just now, as far as the system says it. */
function takenSince(): string {
  const taken = processorTimeOfChildren();
  if (taken === undefined) return "";
  const text = `, ${(taken - takenBefore).toFixed(1)} s of a core`;
  takenBefore = taken;
  return text;
}

async function run({ name, args, env }: Step): Promise<Outcome> {
  const started = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    env: { ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  running.add(child);
  const { success, stdout, stderr } = await child.output();
  running.delete(child);
  const taken = takenSince();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  console.log(`${success ? "ok    " : "FAILED"} ${name}  ${seconds(started)} s${taken}`);
  if (!success) console.log(text);
  const counts = /(\d+) passed(?: \([^)]*\))? \| (\d+) failed/.exec(text);
  if (counts === null) return { passed: success ? 1 : 0, failed: success ? 0 : 1 };
  const failed = Number(counts[2]);
  return { passed: Number(counts[1]), failed: success ? failed : Math.max(failed, 1) };
}

/** Runs steps, several at a time, in their order. */
async function runSteps(steps: readonly Step[]): Promise<readonly Outcome[]> {
  const waiting = steps.values();
  const outcomes: Outcome[] = [];
  const runLane = async () => {
    for (const step of waiting) outcomes.push(await run(step));
  };
  await Promise.all(Array.from({ length: LANES }, runLane));
  return outcomes;
}

/** Ends what runs, and leaves nothing behind, when somebody does not want to wait. */
function stopOnSignals(folder: GateFolder): void {
  const signals: readonly Deno.Signal[] = Deno.build.os === "windows"
    ? ["SIGINT"]
    : ["SIGINT", "SIGTERM"];
  for (const signal of signals) {
    Deno.addSignalListener(signal, () => {
      for (const child of running) child.kill("SIGKILL");
      folder[Symbol.dispose]();
      Deno.exit(130);
    });
  }
}

async function runAll(): Promise<readonly Outcome[]> {
  using folder = new GateFolder();
  stopOnSignals(folder);
  return await runSteps([...CHECKS, ...await testSteps(folder)]);
}

const started = performance.now();
const outcomes = await runAll();
const sum = (count: (outcome: Outcome) => number) =>
  outcomes.reduce((total, outcome) => total + count(outcome), 0);
const failed = sum((outcome) => outcome.failed);
console.log(`       total  ${seconds(started)} s`);
console.log(`${sum((outcome) => outcome.passed)} passed, ${failed} failed`);
Deno.exit(failed === 0 ? 0 : 1);
