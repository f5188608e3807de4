import { assert, assertEquals, assertGreater } from "@std/assert";
import type { ContractManifest } from "./manifest.ts";
import { parseManifest } from "./manifest_check.ts";
import { clock, library, reader, withMember } from "../../tests/contracts/library_contract.ts";

type Path = readonly (string | number)[];

/** The `code path` of every mistake, sorted. */
function mistakes(value: unknown): readonly string[] {
  const parsed = parseManifest(value);
  return parsed.isErr()
    ? parsed.error.map((mistake) => `${mistake.code} ${mistake.path}`).sort()
    : [];
}

function changed(path: Path, value: unknown, manifest: ContractManifest = library.manifest) {
  return mistakes(withMember(manifest, path, value));
}

Deno.test("manifests of defined contracts are read unchanged", () => {
  for (const contract of [library, reader, clock]) {
    const copy: unknown = JSON.parse(JSON.stringify(contract.manifest));
    assertEquals(parseManifest(copy).orThrow(), contract.manifest);
  }
});

Deno.test("unknown top-level members are ignored", () => {
  assertEquals(changed(["added"], { any: ["thing"] }), []);
  assertEquals(changed(["constructor"], 1), []);
});

Deno.test("what is required is missed", () => {
  for (const member of ["format", "id", "displayName", "description", "kind"]) {
    assert(changed([member], undefined).includes(`shape /${member}`), member);
  }
  assertEquals(changed(["rpc", "Books.Find", "version"], undefined), [
    "shape /rpc/Books.Find/version",
  ]);
  assertEquals(changed(["rpc", "Books.Find", "input"], undefined), ["shape /rpc/Books.Find/input"]);
  assertEquals(changed(["operations", "Books.Import", "output"], undefined), [
    "shape /operations/Books.Import/output",
  ]);
  assertEquals(changed(["events", "Books.Lent", "event"], undefined), [
    "shape /events/Books.Lent/event",
  ]);
  assertEquals(changed(["feeds", "Books.Live", "event"], undefined), [
    "shape /feeds/Books.Live/event",
  ]);
  assertEquals(changed(["jobs", "reindex", "payload"], undefined), ["shape /jobs/reindex/payload"]);
  assertEquals(changed(["resources", "store", "covers", "purpose"], undefined), [
    "shape /resources/store/covers/purpose",
  ]);
  assert(
    changed(["resources", "kv", "books", "schema"], undefined).includes(
      "shape /resources/kv/books/schema",
    ),
  );
  assertEquals(changed(["state", "marks", "kind"], undefined, reader.manifest), [
    "shape /state/marks/kind",
  ]);
  assertEquals(changed(["state", "marks", "schema"], undefined, reader.manifest), [
    "shape /state/marks/schema",
  ]);
  assertEquals(changed(["uses", "required", "clock", "contract"], undefined), [
    "shape /uses/required/clock/contract",
  ]);
  assertEquals(changed(["errors", "NotFoundError", "type"], undefined), [
    "shape /errors/NotFoundError/type",
  ]);
});

Deno.test("another format or kind is refused", () => {
  assertEquals(changed(["format"], "trellis.contract.v2"), ["shape /format"]);
  assertEquals(changed(["kind"], "daemon"), ["shape /kind"]);
});

Deno.test("names are checked where they are keys", () => {
  const sections: readonly Path[] = [
    ["rpc"],
    ["operations"],
    ["events"],
    ["feeds"],
    ["jobs"],
    ["eventConsumers"],
    ["state"],
    ["resources", "kv"],
    ["resources", "store"],
    ["uses", "required"],
    ["uses", "optional"],
  ];
  for (const section of sections) {
    for (const name of ["a b", "", "__proto__", "a.", "*", "a".repeat(129)]) {
      assert(
        changed([...section, name], {}).includes(`name /${[...section, name].join("/")}`),
        `${section.join(".")} ${name}`,
      );
    }
  }
  assertEquals(changed(["schemas", "__proto__"], {}), ["name /schemas/__proto__"]);
  assertEquals(changed(["id"], "Library@v1"), ["name /id"]);
  assertEquals(changed(["uses", "required", "clock", "contract"], "clock"), [
    "name /uses/required/clock/contract",
  ]);
});

Deno.test("the subject is the one that the name and version make", () => {
  assertEquals(changed(["rpc", "Books.Find", "subject"], "rpc.v1.>"), [
    "surface.subject /rpc/Books.Find/subject",
  ]);
  assertEquals(changed(["rpc", "Books.Find", "subject"], undefined), [
    "surface.subject /rpc/Books.Find/subject",
  ]);
  assertEquals(changed(["events", "Books.Lent", "params"], ["/isbn"]), [
    "surface.subject /events/Books.Lent/subject",
  ]);
});

Deno.test("names with the same client path collide", () => {
  const surface = (name: string) => ({
    version: "v1",
    subject: `rpc.v1.${name}`,
    input: { schema: "Book" },
    output: { schema: "Book" },
  });
  const rpc = (...names: string[]) =>
    changed(["rpc"], Object.fromEntries(names.map((name) => [name, surface(name)])));
  assertEquals(rpc("Books.Find", "books.find"), ["surface.collision /rpc/books.find"]);
  assertEquals(rpc("A.B.C", "A.BC"), ["surface.collision /rpc/A.BC"]);
  assertEquals(rpc("Books", "Books.Find"), ["surface.collision /rpc/Books.Find"]);
  assertEquals(rpc("Books.Find", "Books"), ["surface.collision /rpc/Books"]);
  assertEquals(rpc("Books.Find", "Books.Lend", "Ping"), []);
});

Deno.test("numbers keep within what NATS can do", () => {
  const kv = ["resources", "kv", "books"];
  const out: readonly (readonly [string, readonly unknown[]])[] = [
    ["history", [0, 65, 1.5, "3", null]],
    ["ttlMs", [-1, 99, 1.5, "0", 1e15]],
    ["maxValueBytes", [0, -1, 2 ** 31, "1"]],
  ];
  for (const [name, values] of out) {
    for (const value of values) {
      const found = changed([...kv, name], value);
      assert(found.includes(`value.range /${[...kv, name].join("/")}`), `${name} ${value}`);
    }
  }
  assertEquals(changed([...kv, "history"], NaN), ["shape /resources/kv/books/history"]);
  for (const [name, value] of [["history", 64], ["ttlMs", 100], ["maxValueBytes", 1]] as const) {
    assertEquals(changed([...kv, name], value), []);
  }
  assertEquals(changed([...kv, "required"], "yes"), ["shape /resources/kv/books/required"]);
  for (const name of ["maxTotalBytes", "maxObjectBytes"]) {
    assertEquals(changed(["resources", "store", "covers", name], 0), [
      `value.range /resources/store/covers/${name}`,
    ]);
  }
  assertEquals(changed(["jobs", "reindex", "concurrency"], 0), [
    "value.range /jobs/reindex/concurrency",
  ]);
  assertEquals(changed(["eventConsumers", "lending", "backoffMs"], [-1]), [
    "value.range /eventConsumers/lending/backoffMs/0",
  ]);
});

Deno.test("a broken schema is reported with its place", () => {
  assertEquals(changed(["schemas", "Book", "properties", "isbn", "type"], "isbn"), [
    "schema.invalid /schemas/Book/properties/isbn/type",
  ]);
});

Deno.test("every mistake says what is wrong and what to do", () => {
  const parsed = parseManifest({ id: 3, rpc: { "A.B": {} }, resources: { kv: { a: {} } } });
  assert(parsed.isErr());
  assertGreater(parsed.error.length, 5);
  for (const mistake of parsed.error) {
    assert(mistake.message !== "" && mistake.fix !== "" && mistake.path.startsWith("/"));
  }
});

Deno.test("the number of mistakes is bounded", () => {
  const rpc = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`A.B${i}`, {}]));
  assertEquals(changed(["rpc"], rpc).length, 100);
});

Deno.test("no member of another type passes for a manifest", () => {
  const wrong: readonly (readonly [Path, unknown])[] = [
    [["exports"], 5],
    [["uses"], 5],
    [["uses", "required", "clock", "rpc"], 5],
    [["uses", "required", "clock", "rpc", "call"], "Clock.Read"],
    [["uses", "required", "clock", "rpc", "call"], [{ toString: 1 }]],
    [["uses", "optional", "ticks", "events", "subscribe"], { 0: "Clock.Ticked" }],
    [["capabilities", "library-service::books.read", "consequence"], 5],
    [["rpc", "Books.Find", "internal"], "yes"],
    [["operations", "Books.Import", "cancel"], "yes"],
    [["operations", "Books.Import", "signals"], 5],
    [["operations", "Books.Import", "signals", "note"], 5],
    [["eventConsumers", "lending", "self"], "Books.Lent"],
    [["eventConsumers", "lending", "self"], [1]],
    [["eventConsumers", "lending", "uses"], 5],
    [["jobs", "reindex", "dlq"], "yes"],
  ];
  const accepted = wrong.filter(([path, value]) => changed(path, value).length === 0);
  const state: readonly (readonly [Path, unknown])[] = [
    [["state", "shelf", "acceptedVersions"], 5],
    [["state", "shelf", "acceptedVersions", "shelf.v1"], "ShelfV1"],
    [["state", "shelf", "acceptedVersions", "shelf.v1"], null],
  ];
  const stateAccepted = state.filter(([path, value]) =>
    changed(path, value, reader.manifest).length === 0
  );
  assertEquals([...accepted, ...stateAccepted].map(([path, value]) => [path.join("/"), value]), []);
});

Deno.test("a state store does not accept the version that it writes as an older one", () => {
  const at = (version: string) => ["state", "shelf", "acceptedVersions", version];
  const ref = { schema: "ShelfV1" };
  const said = "state.version /state/shelf/acceptedVersions";
  assertEquals(changed(at("shelf.v2"), ref, reader.manifest), [`${said}/shelf.v2`]);
  assertEquals(changed(at("v1"), ref, reader.manifest), []);
  // Without a version it is v1.
  const { stateVersion: _, ...shelf } = reader.manifest.state?.shelf ?? {};
  const accepted = { ...shelf, acceptedVersions: { v1: ref } };
  assertEquals(changed(["state", "shelf"], accepted, reader.manifest), [`${said}/v1`]);
});

Deno.test("a section of another kind of contract is refused, whoever wrote the manifest", () => {
  const kv = library.manifest.resources;
  assert(
    changed(["resources"], kv, reader.manifest).some((m) => m.startsWith("section.misplaced")),
    "app",
  );
  const state = { s: { kind: "value", schema: { schema: "Book" } } };
  assert(changed(["state"], state).some((m) => m.startsWith("section.misplaced")), "service");
});

Deno.test("a capability list under an unknown action guards nothing, and is refused", () => {
  const calls = { calls: ["library-service::books.read"] };
  assert(changed(["rpc", "Books.Find", "capabilities"], calls).length > 0);
});

Deno.test("an event's params do not reach into the subjects of another event", () => {
  const lent = library.manifest.events?.["Books.Lent"];
  assert(lent !== undefined);
  const params = lent.params ?? [];
  const name = ["Books.Lent", ...params.map((_, i) => `Part${i}`)].join(".");
  const other = { ...lent, params: [], subject: `events.${lent.version}.${name}` };
  assert(
    changed(["events", name], other).some((mistake) => mistake.startsWith("surface.collision")),
  );
});

Deno.test("events that wait in a bucket do not expire with its entries", () => {
  const books = library.manifest.resources!.kv!.books!;
  const { ttlMs: _, ...lasting } = books;
  const path = ["resources", "kv", "books"];
  assertEquals(changed(path, { ...lasting, outbox: true }), []);
  assertEquals(changed(path, { ...lasting, ttlMs: 0, outbox: true }), []);
  assertEquals(changed(path, { ...lasting, ttlMs: 60_000, outbox: true }), [
    "shape /resources/kv/books/ttlMs",
  ]);
});
