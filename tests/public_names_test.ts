import { assert, assertEquals } from "@std/assert";

/** What users import; a new name is a promise, and belongs here only with a reason. */
const MOST_NAMES = 172;

async function publicNames(module = "mod.ts"): Promise<readonly string[]> {
  const source = await Deno.readTextFile(new URL(`../${module}`, import.meta.url));
  const names = [...source.matchAll(/^export (?:type )?\{([^}]*)\}/gm)]
    .flatMap(([, list = ""]) => list.split(",")).map((name) => name.trim());
  return names.filter((name) => name !== "");
}

Deno.test("the public API names everything that it exports, once, and stays small", async () => {
  const source = await Deno.readTextFile(new URL("../mod.ts", import.meta.url));
  const statements = source.match(/^export .*/gm) ?? [];
  const named = statements.filter((statement) => /^export (?:type )?\{/.test(statement));
  assertEquals(statements, named, "mod.ts exports lists of names and nothing else");
  const names = await publicNames();
  assertEquals(names.length, new Set(names).size);
  assert(names.length <= MOST_NAMES, `${names.length} names, and ${MOST_NAMES} are the most`);
});

Deno.test("what clients import has the same names everywhere", async () => {
  // Only browsers keep keys that cannot be read out.
  const known = new Set([...await publicNames(), "BrowserKey"]);
  assertEquals((await publicNames("client.ts")).filter((name) => !known.has(name)), []);
});
