import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { checkOnce, problemsIn } from "./deno_check.ts";

const PROJECT = "/project";

Deno.test("type errors carry place, code and words, without the quoted source", () => {
  const output = `\
TS2322 [ERROR]: Type 'number' is not assignable to type 'string'.
const a2: A = { b: 1 };
                ^
    at file:///project/we%20ird%23/a.ts:1:17

    The expected type comes from property 'b' which is declared here on type 'A'
    interface A { b: string }
                  ^
        at file:///project/b.ts:9:15

TS2783 [ERROR]: 'a' is specified more than once, so this usage will be overwritten.
const c = { a: 1, ...b };
            ~~~~
    at file:///project/b.ts:11:13

TS2785 [ERROR]:     This spread always overwrites this property.
    const c = { a: 1, ...b };
                      ~~~~
        at file:///project/b.ts:11:19

TS2322 [ERROR]: Type '(a: string) => void' is not assignable to type '(a: number) => void'.
  Types of parameters 'a' and 'a' are incompatible.
    Type 'number' is not assignable to type 'string'.
    at file:///project/c.ts:2:142

Found 2 errors.

error: Type checking failed.

Stack backtrace:
   0: <unknown>
`;
  assertEquals(problemsIn(output, PROJECT), [
    {
      file: "/project/we ird#/a.ts",
      line: 1,
      column: 17,
      code: "TS2322",
      message: "Type 'number' is not assignable to type 'string'.",
    },
    {
      file: "/project/b.ts",
      line: 11,
      column: 13,
      code: "TS2783",
      message: "'a' is specified more than once, so this usage will be overwritten.",
    },
    {
      file: "/project/c.ts",
      line: 2,
      column: 142,
      code: "TS2322",
      message: "Type '(a: string) => void' is not assignable to type '(a: number) => void'.\n" +
        "  Types of parameters 'a' and 'a' are incompatible.\n" +
        "    Type 'number' is not assignable to type 'string'.",
    },
  ]);
});

Deno.test("a syntax error is one problem at its place", () => {
  const output = `\
error: SyntaxError: Expression expected
  |
1 | export const z = ;
  |                  ~
    at file:///project/z.ts:1:18
`;
  assertEquals(problemsIn(output, PROJECT), [{
    file: "/project/z.ts",
    line: 1,
    column: 18,
    code: "syntax",
    message: "SyntaxError: Expression expected",
  }]);
});

Deno.test("an error without a place belongs to the project", () => {
  const output = `\
error: Failed deserializing config file 'file:///project/deno.json'.

Caused by:
    Expected colon after the string or word in object property on line 2 column 1
`;
  const [problem, ...others] = problemsIn(output, PROJECT);
  assertEquals(others, []);
  assertEquals(problem?.file, PROJECT);
  assertEquals(problem?.message, output.slice("error: ".length).trim());
});

Deno.test("a failure is a problem whatever was printed", () => {
  assertEquals(problemsIn("", PROJECT).length, 1);
  assertEquals(problemsIn("Segmentation fault", PROJECT)[0]?.message, "Segmentation fault");
  assertEquals(problemsIn("error: Type checking failed.", PROJECT).length, 1);
});

Deno.test({
  name: "a check that Ctrl-C has ended finds nothing out",
  ignore: Deno.build.os === "windows",
  async fn() {
    const dir = await Deno.makeTempDir();
    try {
      const denoPath = join(dir, "deno");
      await Deno.writeTextFile(denoPath, "#!/bin/sh\nkill -INT $$\n", { mode: 0o755 });
      const { signal } = new AbortController();
      const checking = checkOnce([denoPath], { projectDir: dir, denoPath, signal });
      const error = await assertRejects(() => checking, DOMException, "SIGINT");
      assertEquals(error.name, "AbortError");
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
});
