import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import configuration from "../deno.json" with { type: "json" };
import { EXIT_CODE_HELP } from "../cli/program/exit_code.ts";

const README = await Deno.readTextFile(new URL("../README.md", import.meta.url));
const ROOT = new URL("../", import.meta.url);

Deno.test("every named code block of the README stands in the file that it names", async () => {
  const blocks = [...README.matchAll(/```ts(?: ignore)?\n\/\/ (\S+)\n([\s\S]*?)```/g)];
  assert(blocks.length >= 3);
  for (const [, file = "", code = ""] of blocks) {
    assertStringIncludes(await Deno.readTextFile(new URL(file, ROOT)), code.trim());
  }
});

Deno.test("every task that the README names is there", () => {
  const tasks = new Set(Object.keys(configuration.tasks));
  const named = [...README.matchAll(/(?:deno|deno@2\.9) task (\w+)/g)].map(([, name = ""]) => name);
  assertEquals(named.filter((name) => !tasks.has(name)), []);
});

Deno.test("every link of the README leads to a file", async () => {
  for (const [, target = ""] of README.matchAll(/\]\(([^)#]+)\)/g)) {
    assert((await Deno.stat(new URL(target, ROOT))).isFile, target);
  }
});

Deno.test("the README tells every exit code", () => {
  const text = README.replace(/\s+/g, " ");
  for (const [code] of EXIT_CODE_HELP) {
    assert(new RegExp(`\\b${code} \\w`).test(text), String(code));
  }
});
