import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import configuration from "../deno.json" with { type: "json" };
import { EXIT_CODE_HELP } from "../cli/program/exit_code.ts";

const ROOT = new URL("../", import.meta.url);
const DOCS = new URL("docs/", ROOT);

/** What people read: the README, and its longer pages. */
const PAGES = await Promise.all(
  [new URL("README.md", ROOT), ...pagesIn(DOCS)].map(async (address) => ({
    address,
    text: await Deno.readTextFile(address),
  })),
);
const README = PAGES[0]?.text ?? "";

function pagesIn(folder: URL): readonly URL[] {
  return [...Deno.readDirSync(folder)].filter(({ name }) => name.endsWith(".md"))
    .map(({ name }) => new URL(name, folder));
}

Deno.test("every named code block of a page stands in the file that it names", async () => {
  const blocks = PAGES.flatMap(({ text }) => [
    ...text.matchAll(/```ts(?: ignore)?\n\/\/ (\S+\.ts)\n([\s\S]*?)```/g),
  ]);
  assert(blocks.length >= 3);
  for (const [, file = "", code = ""] of blocks) {
    assertStringIncludes(await Deno.readTextFile(new URL(file, ROOT)), code.trim());
  }
});

Deno.test("every task that a page names is there", () => {
  const tasks = new Set(Object.keys(configuration.tasks));
  const named = PAGES.flatMap(({ text }) => [
    ...text.matchAll(/(?:deno|deno@2\.9) task (\w+)/g),
  ]).map(([, name = ""]) => name);
  assertEquals(named.filter((name) => !tasks.has(name)), []);
});

Deno.test("every link of a page leads to a file", async () => {
  for (const { address, text } of PAGES) {
    for (const [, target = ""] of text.matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)) {
      assert((await Deno.stat(new URL(target, address))).isFile, target);
    }
  }
});

Deno.test("the README tells every exit code", () => {
  const text = README.replace(/\s+/g, " ");
  for (const [code] of EXIT_CODE_HELP) {
    assert(new RegExp(`\\b${code} \\w`).test(text), String(code));
  }
});
