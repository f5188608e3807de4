import { assert, assertEquals, assertLess } from "@std/assert";
import fc from "fast-check";
import { canonicalJson, NotCanonicalError } from "../../contracts/json/canonical_json.ts";
import { digestJson } from "../../contracts/json/digest.ts";
import { embedSchema } from "../../contracts/schema/declared/embed_schema.ts";
import type { ContractManifest } from "../../contracts/manifest/manifest.ts";
import { parseManifest } from "../../contracts/manifest/manifest_check.ts";
import { manifestDigest } from "../../contracts/manifest/projection.ts";
import { validatorOf } from "../../contracts/schema/validator.ts";
import { library, reader, withMember } from "./library_contract.ts";
import { runsOf } from "../support/random/runs.ts";

/** Most mistakes that one manifest may have. */
const BOUND = 100;

const SPECIAL_KEYS = ["__proto__", "constructor", "prototype", "toString", "then", "", "$ref"];
const special = fc.constantFrom(...SPECIAL_KEYS);
/** Objects that neither convert to a string nor to a number. */
const unconvertible = fc.constantFrom<unknown>(
  JSON.parse('{"toString":1,"valueOf":1}'),
  JSON.parse('[{"toString":null}]'),
  JSON.parse('{"__proto__":{"toString":1},"length":-1}'),
);
/** What JSON.parse can give, with the keys that attackers use. */
const hostile: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    fc.jsonValue({ maxDepth: 1 }),
    unconvertible,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.array(fc.tuple(fc.oneof(special, fc.string({ maxLength: 6 })), tie("value")), {
      maxLength: 4,
    })
      .map((members) => Object.fromEntries(members)),
  ),
})).value;

type Path = readonly (string | number)[];

/** The paths of every member at every depth. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [path];
  return [
    path,
    ...Object.entries(value).flatMap(([key, member]) => pathsOf(member, [...path, key])),
  ];
}

const bases: readonly (readonly [ContractManifest, readonly Path[]])[] = [library, reader].map(
  ({ manifest }) => [manifest, pathsOf(manifest)] as const,
);
const change = fc.constantFrom(...bases).chain(([manifest, paths]) =>
  fc.record({ manifest: fc.constant(manifest), path: fc.constantFrom(...paths), value: hostile })
);

/** Reads, and uses what was read as everyone does: nothing may throw, nothing may grow. */
function survives(value: unknown): void {
  const parsed = parseManifest(value);
  if (parsed.isErr()) {
    assert(parsed.error.length > 0 && parsed.error.length <= BOUND);
    for (const mistake of parsed.error) assert(mistake.message !== "" && mistake.fix !== "");
  } else {
    manifestDigest(parsed.value);
  }
}

/** Runs `work`, and fails when it takes longer than a hostile manifest may. */
function within(milliseconds: number, work: () => void): void {
  const started = performance.now();
  work();
  assertLess(performance.now() - started, milliseconds);
}

Deno.test("any JSON is read or refused, and nothing throws", () => {
  fc.assert(fc.property(hostile, survives), { numRuns: runsOf(2000) });
});

Deno.test("a manifest with any member replaced is read or refused, and nothing throws", () => {
  fc.assert(
    fc.property(change, ({ manifest, path, value }) => survives(withMember(manifest, path, value))),
    { numRuns: runsOf(1000) },
  );
});

Deno.test("a manifest with every member of the wrong type, one by one", () => {
  const wrong: readonly unknown[] = [
    undefined,
    null,
    0,
    -1,
    1e308,
    "",
    "x",
    "\ud800",
    true,
    [],
    {},
    [[]],
    [null],
    ...fc.sample(unconvertible, { numRuns: 10, seed: 1 }),
  ];
  const thrown = new Map<string, string>();
  for (const [manifest, paths] of bases) {
    for (const path of paths) {
      for (const value of wrong) {
        try {
          survives(withMember(manifest, path, value));
        } catch (error) {
          thrown.set(`/${path.join("/")} = ${JSON.stringify(value)}`, String(error).slice(0, 200));
        }
      }
    }
  }
  assertEquals(thrown, new Map());
});

Deno.test("special keys anywhere are data, and change no prototype", () => {
  for (const [manifest, paths] of bases) {
    for (const path of paths) {
      for (const key of SPECIAL_KEYS) {
        survives(withMember(manifest, [...path, key], { polluted: true }));
      }
    }
  }
  assertEquals(Reflect.get({}, "polluted"), undefined);
  const text = JSON.stringify(library.manifest).replace(/^\{/, '{"__proto__":{"rpc":{"A.B":{}}},');
  assertEquals(manifestDigest(parseManifest(JSON.parse(text)).orThrow()), library.digest);
});

Deno.test("a member that is inherited is no member", () => {
  const inherited: unknown = Object.create(library.manifest);
  const parsed = parseManifest(inherited);
  assert(parsed.isErr());
  assert(parsed.error.some((mistake) => mistake.path === "/id"));
});

Deno.test("deep nesting ends in a result, soon", () => {
  const deep = (open: string, close: string, depth = 20_000) =>
    JSON.parse(open.repeat(depth) + "1" + close.repeat(depth));
  const values: readonly unknown[] = [
    deep("[", "]"),
    deep('{"a":', "}"),
    deep('{"not":', "}"),
    deep('{"anyOf":[', "]}"),
    deep('{"properties":{"a":', "}}"),
  ];
  const places: readonly Path[] = [
    [],
    ["id"],
    ["docs"],
    ["schemas", "Book"],
    ["schemas", "Book", "type"],
    ["schemas", "Book", "format"],
    ["schemas", "Book", "default"],
    ["events", "Books.Lent", "params"],
    ["rpc", "Books.Find", "errors"],
    ["rpc", "Books.Find", "input"],
    ["rpc", "Books.Find", "capabilities", "call"],
    ["uses", "required", "clock", "rpc", "call"],
    ["resources", "kv", "books", "history"],
    ["jobs", "reindex", "dlq"],
    ["added"],
  ];
  const thrown = new Map<string, string>();
  for (const [i, value] of values.entries()) {
    for (const place of places) {
      const manifest = withMember(library.manifest, place, value);
      try {
        within(60_000, () => survives(manifest));
      } catch (error) {
        thrown.set(`/${place.join("/")} = value ${i}`, String(error).slice(0, 120));
      }
    }
  }
  assertEquals(thrown, new Map());
});

Deno.test("huge lists, maps and texts end in a result within a bound, soon", () => {
  const many = 20_000;
  const list = (item: unknown) => Array.from({ length: many }, () => item);
  const map = (member: unknown) => Object.fromEntries(list(member).map((m, i) => [`A.B${i}`, m]));
  const cases: readonly (readonly [Path, unknown])[] = [
    [["schemas", "Book"], { anyOf: list(1) }],
    [["schemas", "Book"], { required: list("a") }],
    [["schemas", "Book"], { properties: map({ type: "x" }) }],
    [["schemas"], map(1)],
    [["rpc"], map({})],
    [["rpc", "Books.Find", "errors"], list({ type: "X" })],
    [["rpc", "Books.Find", "capabilities", "call"], list(3)],
    [["events", "Books.Lent", "params"], list("/isbn")],
    [["eventConsumers", "lending", "backoffMs"], list(-1)],
    [["exports", "schemas"], list("X")],
    [["resources", "kv"], map({})],
    [["uses", "required"], map({})],
    [["id"], "a".repeat(1_000_000)],
    [["displayName"], " ".repeat(1_000_000)],
    [["schemas", "Book"], { pattern: "(".repeat(1_000_000) }],
    [["schemas", "Book"], { type: "x".repeat(1_000_000) }],
  ];
  for (const [path, value] of cases) {
    const manifest = withMember(library.manifest, path, value);
    try {
      within(60_000, () => survives(manifest));
    } catch (error) {
      throw new Error(`/${path.join("/")}`, { cause: error });
    }
  }
});

Deno.test("what a mistake says is short, however long the manifest", () => {
  const huge = "x".repeat(1_000_000);
  const cases: readonly (readonly [Path, unknown])[] = [
    [["id"], huge],
    [["schemas", "Book", "type"], huge],
    [["schemas", "Book", "format"], huge],
    [["schemas", "Book", "pattern"], `(${huge}`],
    [["rpc", "Books.Find", "input"], { schema: huge }],
    [["rpc", "Books.Find", "errors"], [{ type: huge }]],
    [["rpc", "Books.Find", "version"], huge],
    [["rpc", "Books.Find", "capabilities", "call"], [`library-service::${huge}`]],
    [["events", "Books.Lent", "params"], [`/${huge}`]],
    [["resources", "kv", "books", "history"], huge],
  ];
  const long = cases.filter(([path, value]) => {
    const parsed = parseManifest(withMember(library.manifest, path, value));
    return parsed.isOk() || parsed.error.some(({ message, fix }) => (message + fix).length > 2000);
  });
  assertEquals(long.map(([path]) => path.join("/")), []);
});

Deno.test("the schemas of a manifest that was read compile, and never answer with a promise", () => {
  const keyword = fc.constantFrom(
    "type",
    "properties",
    "items",
    "required",
    "enum",
    "const",
    "minimum",
    "maxLength",
    "pattern",
    "format",
    "anyOf",
    "not",
    "additionalProperties",
    "$ref",
    "$id",
    "$schema",
    "$defs",
    "$async",
    "$anchor",
    "dependentRequired",
    "uniqueItems",
    "nullable",
    "multipleOf",
    "default",
    "contains",
    "minContains",
    "propertyNames",
  );
  const value = fc.oneof(
    hostile,
    fc.constantFrom<unknown>("object", "string", ["string"], true, false, 0, -1, "a", [], {}, {
      a: { type: "string" },
    }),
  );
  const schema = fc.array(fc.tuple(keyword, value), { maxLength: 3 }).map((m) =>
    Object.fromEntries(m)
  );
  const refused = [{ enum: [] }, { type: ["string", "null"], nullable: false }];
  fc.assert(
    fc.property(fc.oneof(schema, fc.constantFrom(...refused)), hostile, (candidate, data) => {
      const parsed = parseManifest(
        withMember(library.manifest, ["schemas", "Unreached"], candidate),
      );
      if (parsed.isErr()) return;
      const answer: unknown = validatorOf(candidate).check(data);
      if (answer instanceof Promise) answer.catch(() => {});
      assertEquals(typeof answer, "boolean");
    }),
    { numRuns: runsOf(300) },
  );
});

Deno.test("embedding any value ends in a schema or in problems", () => {
  fc.assert(
    fc.property(hostile, (value) => {
      const embedded = embedSchema(value);
      if (embedded.schema === undefined) assert(embedded.problems.length > 0);
      else canonicalJson(embedded.schema);
    }),
    { numRuns: runsOf(1000) },
  );
});

/** The same value with the keys of every object in another order. */
function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).reverse().map(([key, m]) => [key, shuffled(m)]));
}

Deno.test("canonical JSON is the same value, and the same text for every order of keys", () => {
  fc.assert(
    fc.property(fc.oneof(hostile, fc.jsonValue()), (value) => {
      // What can be sent at all: JSON.parse gives no -0, and no key twice.
      const json: unknown = JSON.parse(JSON.stringify(value));
      const text = canonicalJson(json);
      assertEquals(JSON.parse(text), json);
      assertEquals(canonicalJson(JSON.parse(text)), text);
      assertEquals(canonicalJson(shuffled(json)), text);
      assertEquals(digestJson(shuffled(json)), digestJson(json));
    }),
    { numRuns: runsOf(1000) },
  );
});

Deno.test("canonical JSON of two values is equal only where JSON has them equal", () => {
  fc.assert(fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
    const same = canonicalJson(a) === canonicalJson(b);
    let equal = true;
    try {
      assertEquals(JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b)));
    } catch {
      equal = false;
    }
    assertEquals(same, equal);
  }));
});

Deno.test("canonical JSON refuses whatever JSON would change without a word", () => {
  fc.assert(
    fc.property(fc.anything({ withDate: true, withMap: true, withBigInt: true }), (value) => {
      let text: string;
      try {
        text = canonicalJson(value);
      } catch (error) {
        assert(error instanceof NotCanonicalError);
        return;
      }
      assertEquals(canonicalJson(JSON.parse(text)), text);
    }),
    { numRuns: runsOf(1000) },
  );
});

Deno.test("a digest does not see order, words, exports, or what is unknown or unreachable", () => {
  const word = fc.string({ minLength: 1 }).filter((text) => text.trim() !== "");
  const noise = fc.record({
    displayName: word,
    description: word,
    docs: fc.option(fc.record({ markdown: word, summary: word }), { nil: undefined }),
    unknown: fc.tuple(fc.stringMatching(/^x[a-zA-Z]{1,8}$/), fc.jsonValue()),
    unreachable: fc.stringMatching(/^Z[a-z]{1,8}$/),
    undeclared: fc.stringMatching(/^Z[a-z]{1,8}Error$/),
    reorder: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.constantFrom(library, reader), noise, (contract, n) => {
      let manifest = contract.manifest;
      const set = (path: Path, value: unknown) => {
        manifest = withMember(manifest, path, value) as ContractManifest;
      };
      set(["displayName"], n.displayName);
      set(["description"], n.description);
      set(["docs"], n.docs);
      set(["exports"], { schemas: [n.unreachable] });
      set(["schemas", n.unreachable], { type: "string" });
      set(["errors", n.undeclared], { type: n.undeclared, schema: { schema: n.unreachable } });
      set([n.unknown[0]], n.unknown[1]);
      for (const [name] of Object.entries(contract.manifest.rpc ?? {})) {
        set(["rpc", name, "docs"], n.docs);
      }
      for (const [name] of Object.entries(contract.manifest.state ?? {})) {
        set(["state", name, "docs"], n.docs);
      }
      const parsed = parseManifest(n.reorder ? shuffled(manifest) : manifest).orThrow();
      assertEquals(manifestDigest(parsed), contract.digest);
    }),
    { numRuns: runsOf(300) },
  );
});
