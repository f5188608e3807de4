import { assert, assertEquals } from "@std/assert";
import { isRecord } from "../contracts/json/json.ts";

const root = new URL("../", import.meta.url);

/** What something is declared as, as far as it is looked at here. */
interface Declaration {
  readonly def?: { readonly methods?: readonly Method[] };
}

interface Method {
  readonly name: string;
  readonly functionDef: { readonly params: readonly { name: string; optional: boolean }[] };
}

/** Everything that the reference describes, by name. */
type Reference = ReadonlyMap<string, readonly Declaration[]>;

/** The reference of all that the package exports. */
async function readReference(): Promise<Reference> {
  const { exports }: { exports: Record<string, string> } = JSON.parse(
    await Deno.readTextFile(new URL("deno.json", root)),
  );
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", ...Object.values(exports)],
    cwd: root,
    stderr: "null",
  }).output();
  type Module = { symbols: { name: string; declarations: Declaration[] }[] };
  const { nodes }: { nodes: Record<string, Module> } = JSON.parse(new TextDecoder().decode(stdout));
  const reference = new Map<string, readonly Declaration[]>();
  // What two modules export is described in one of them.
  for (const { name, declarations } of Object.values(nodes).flatMap(({ symbols }) => symbols)) {
    reference.set(name, [...reference.get(name) ?? [], ...declarations]);
  }
  return reference;
}

/** Names of our own types that a description refers to; those that nobody sees from outside left out. */
function namesIn(description: unknown): readonly string[] {
  if (Array.isArray(description)) return description.flatMap(namesIn);
  if (!isRecord(description)) return [];
  const { typeName, resolution } = description;
  const isOurs = isRecord(resolution) &&
    (resolution.kind === "local" || String(resolution.specifier).startsWith("."));
  const own = isOurs && typeof typeName === "string" ? [typeName] : [];
  const isHidden = description.accessibility === "private";
  const inside = isHidden ? [] : Object.entries(description).flatMap(([member, value]) =>
    // The runtime alone makes stores, from what is nobody else's.
    member === "constructors" ? [] : namesIn(value)
  );
  return [...own, ...inside];
}

/** The methods of a class, as `get(key, options?)`. */
function methodsOf(reference: Reference, name: string): readonly string[] {
  const methods = reference.get(name)?.flatMap(({ def }) => def?.methods ?? []) ?? [];
  return methods.map(({ name, functionDef: { params } }) => {
    const names = params.map(({ name, optional }) => optional ? `${name}?` : name);
    return `${name}(${names.join(", ")})`;
  });
}

Deno.test("[P31] the reference has the exact types of the state client, and every type that they name", async () => {
  const reference = await readReference();
  assertEquals(methodsOf(reference, "ValueStore"), [
    "get(options?)",
    "put(value, options?)",
    "delete(options?)",
  ]);
  assertEquals(methodsOf(reference, "MapStore"), [
    "get(key, options?)",
    "put(key, value, options?)",
    "delete(key, options?)",
    "list(query)",
    "prefix(path)",
  ]);
  const seen = new Set<string>();
  const left = ["ValueStore", "MapStore", "StateError"];
  for (let name = left.pop(); name !== undefined; name = left.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    const description = reference.get(name);
    assert(description !== undefined, `${name} is not in the reference`);
    left.push(...namesIn(description));
  }
  for (const name of ["StatePutOptions", "StateListQuery", "StateUnchanged", "MigrationRequired"]) {
    assert(seen.has(name), `${name} is not named by the state client`);
  }
});

Deno.test("the reference is written as pages, a page for each type", async () => {
  const folder = await Deno.makeTempDir({ prefix: "trellis_api_" });
  try {
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "tests/write_api.ts", folder],
      cwd: root,
      stdout: "null",
      stderr: "null",
    }).output();
    assertEquals(code, 0);
    const page = await Deno.readTextFile(`${folder}/state/~/StatePutOptions.html`);
    assert(page.includes("expectedRevision") && page.includes("ttlMs"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
