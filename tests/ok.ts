/**
 * The one gate: format, lint, types, documentation, tests, publishing. Every step runs, even after
 * a failure, so that one run tells everything.
 *
 * @module
 */

interface Step {
  readonly name: string;
  readonly args: readonly string[];
}

// Types are checked once, by the step of that name.
const TEST = ["test", "-A", "--quiet", "--parallel", "--no-check"];

/** Their time goes into processes that they start and wait for. */
const OF_PROCESSES = ["tests/e2e", "tests/published", "cli/type_check", "contracts/discovery"];

/** Each of them keeps one core busy, so two lanes run beside each other. */
const CHECKS: readonly (readonly Step[])[] = [
  [
    { name: "types", args: ["check", "--quiet", "."] },
    { name: "publish", args: ["publish", "--dry-run", "--quiet", "--allow-dirty"] },
  ],
  [
    { name: "format", args: ["fmt", "--check", "--quiet"] },
    { name: "lint", args: ["lint", "--quiet"] },
    {
      name: "documentation",
      args: [
        "test",
        "-A",
        "--quiet",
        "--doc",
        "--ignore=**/*_test.ts",
        "mod.ts",
        "contracts",
        "runtime",
      ],
    },
  ],
];

/** Each of them keeps all cores busy, so one runs after the other: a test waits for nothing else then. */
const TESTS: readonly Step[] = [
  { name: "tests", args: [...TEST, `--ignore=${OF_PROCESSES.join(",")}`] },
  { name: "tests of processes", args: [...TEST, ...OF_PROCESSES] },
];

interface Outcome {
  readonly passed: number;
  readonly failed: number;
}

const seconds = (started: number) => ((performance.now() - started) / 1000).toFixed(1);

async function run({ name, args }: Step): Promise<Outcome> {
  const started = performance.now();
  const command = new Deno.Command(Deno.execPath(), {
    args: [...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  const { success, stdout, stderr } = await command.output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  console.log(`${success ? "ok    " : "FAILED"} ${name}  ${seconds(started)} s`);
  if (!success) console.log(text);
  const counts = /(\d+) passed(?: \([^)]*\))? \| (\d+) failed/.exec(text);
  if (counts === null) return { passed: success ? 1 : 0, failed: success ? 0 : 1 };
  const failed = Number(counts[2]);
  return { passed: Number(counts[1]), failed: success ? failed : Math.max(failed, 1) };
}

async function runLane(steps: readonly Step[]): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const step of steps) outcomes.push(await run(step));
  return outcomes;
}

const started = performance.now();
const checked = await Promise.all(CHECKS.map(runLane));
const outcomes = [...checked.flat(), ...await runLane(TESTS)];
const sum = (count: (outcome: Outcome) => number) =>
  outcomes.reduce((total, outcome) => total + count(outcome), 0);
const failed = sum((outcome) => outcome.failed);
console.log(`       total  ${seconds(started)} s`);
console.log(`${sum((outcome) => outcome.passed)} passed, ${failed} failed`);
Deno.exit(failed === 0 ? 0 : 1);
