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

const STEPS: readonly Step[] = [
  { name: "format", args: ["fmt", "--check", "--quiet"] },
  { name: "lint", args: ["lint", "--quiet"] },
  { name: "types", args: ["check", "--quiet", "."] },
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
  // Types were checked above.
  { name: "tests", args: ["test", "-A", "--quiet", "--parallel", "--no-check"] },
  { name: "publish", args: ["publish", "--dry-run", "--quiet", "--allow-dirty"] },
];

interface Outcome {
  readonly passed: number;
  readonly failed: number;
}

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
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${success ? "ok    " : "FAILED"} ${name}  ${seconds} s`);
  if (!success) console.log(text);
  const counts = /(\d+) passed(?: \([^)]*\))? \| (\d+) failed/.exec(text);
  if (counts === null) return { passed: success ? 1 : 0, failed: success ? 0 : 1 };
  const failed = Number(counts[2]);
  return { passed: Number(counts[1]), failed: success ? failed : Math.max(failed, 1) };
}

let passed = 0;
let failed = 0;
for (const step of STEPS) {
  const outcome = await run(step);
  passed += outcome.passed;
  failed += outcome.failed;
}
console.log(`${passed} passed, ${failed} failed`);
Deno.exit(failed === 0 ? 0 : 1);
