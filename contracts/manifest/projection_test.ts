import { assert, assertEquals, assertFalse, assertMatch, assertNotEquals } from "@std/assert";
import { canonicalJson } from "../json/canonical_json.ts";
import type { ContractManifest } from "./manifest.ts";
import { parseManifest } from "./manifest_check.ts";
import { manifestDigest, semanticProjection } from "./projection.ts";
import { clock, library, reader, withMember } from "../../tests/contracts/library_contract.ts";

type Path = readonly (string | number)[];

function digestWith(
  path: Path,
  value: unknown,
  manifest: ContractManifest = library.manifest,
): string {
  return manifestDigest(parseManifest(withMember(manifest, path, value)).orThrow());
}

Deno.test("words for people, exports, and what nothing reaches do not count", () => {
  const silent: readonly (readonly [Path, unknown])[] = [
    [["displayName"], "Other"],
    [["description"], "Other."],
    [["docs"], { markdown: "Other" }],
    [["docs"], undefined],
    [["rpc", "Books.Find", "docs"], { markdown: "Other" }],
    [["rpc", "Books.Find", "docs"], undefined],
    [["operations", "Books.Import", "docs"], { markdown: "New" }],
    [["operations", "Books.Import", "signals", "note", "docs"], undefined],
    [["events", "Books.Lent", "docs"], { markdown: "New" }],
    [["feeds", "Books.Live", "docs"], { markdown: "New" }],
    [["eventConsumers", "lending", "docs"], { markdown: "New" }],
    [["jobs", "reindex", "docs"], { markdown: "New" }],
    [["resources", "kv", "books", "docs"], undefined],
    [["resources", "store", "covers", "docs"], { markdown: "New" }],
    [["exports"], undefined],
    [["schemas", "Unreached"], undefined],
    [["schemas", "Unreached"], { type: "string" }],
    [["schemas", "Added"], { type: "string" }],
    [["errors", "LonelyError"], { type: "LonelyError" }],
    [["added"], { any: "thing" }],
    [["rpc", "Books.Find", "internal"], true],
    [["rpc", "Books.Find", "internal"], false],
  ];
  for (const [path, value] of silent) {
    assertEquals(digestWith(path, value), library.digest, path.join("/"));
  }
  assertEquals(digestWith(["state", "shelf", "docs"], undefined, reader.manifest), reader.digest);
});

Deno.test("everything that has a meaning at run time counts", () => {
  const loud: readonly (readonly [Path, unknown])[] = [
    [["id"], "library-service@v3"],
    [["capabilities", "library-service::books.burn"], { displayName: "Burn", description: "No." }],
    [["schemas", "Book", "properties", "isbn", "minLength"], 10],
    [["schemas", "Note", "maxLength"], 99],
    [["schemas", "Progress", "properties", "done", "minimum"], 1],
    [["schemas", "NotFoundErrorData", "properties", "isbn", "minLength"], 1],
    [["rpc", "Books.Find", "capabilities", "call"], ["staff"]],
    [["rpc", "Books.Find", "errors"], []],
    [["rpc", "Books.Find", "input"], { schema: "Book" }],
    [["operations", "Books.Import", "cancel"], false],
    [["operations", "Books.Import", "signals"], undefined],
    [["events", "Books.Lent", "capabilities"], undefined],
    [["feeds", "Books.Live", "capabilities"], undefined],
    [["eventConsumers", "lending", "concurrency"], 5],
    [["jobs", "reindex", "dlq"], false],
    [["resources", "kv", "books", "history"], 4],
    [["resources", "kv", "books", "purpose"], "Other"],
    [["resources", "store", "covers", "ttlMs"], 0],
    [["uses", "required", "clock", "rpc", "call"], []],
    [["uses", "optional", "ticks", "events", "publish"], ["Clock.Ticked"]],
  ];
  const digests = new Set(loud.map(([path, value]) => digestWith(path, value)));
  assertFalse(digests.has(library.digest));
  assertEquals(digests.size, loud.length, "each change has its own digest");
  assertNotEquals(digestWith(["kind"], "agent", reader.manifest), reader.digest);
  const state: readonly (readonly [Path, unknown])[] = [
    [["state", "shelf", "stateVersion"], "shelf.v3"],
    [["state", "shelf", "acceptedVersions"], undefined],
    [["schemas", "ShelfV1", "required"], []],
    [["schemas", "Mark", "properties", "page", "minimum"], 1],
  ];
  for (const [path, value] of state) {
    assertNotEquals(digestWith(path, value, reader.manifest), reader.digest, path.join("/"));
  }
});

Deno.test("lists of capabilities and uses are sets", () => {
  const call = ["library-service::books.read", "staff"];
  for (const list of [call.toReversed(), [...call, ...call]]) {
    assertEquals(digestWith(["rpc", "Books.Find", "capabilities", "call"], list), library.digest);
  }
  const used = ["uses", "required", "clock", "rpc", "call"];
  assertEquals(digestWith(used, ["Clock.Read", "Clock.Read"]), library.digest);
  assertEquals(digestWith(used, ["B", "A"]), digestWith(used, ["A", "B", "A"]));
});

Deno.test("the errors of an RPC are a set", () => {
  const path = ["rpc", "Books.Find", "errors"];
  const errors = ["NotFoundError", "UnexpectedError", "AuthError"].map((type) => ({ type }));
  const digest = digestWith(path, errors);
  assertEquals(digestWith(path, errors.toReversed()), digest);
  assertEquals(digestWith(path, [...errors, ...errors]), digest);
  assertNotEquals(digestWith(path, errors.slice(1)), digest);
});

Deno.test("so are those of a feed, and what their data is counts", () => {
  const errors = [{ type: "NotFoundError" }, { type: "AuthError" }];
  const at = ["feeds", "Books.Live", "errors"];
  const digest = digestWith(at, errors);
  assertEquals(digestWith(at, errors.toReversed()), digest);
  assertNotEquals(digest, library.digest);
  const manifest = parseManifest(
    withMember({ ...library.manifest, rpc: {}, operations: {} }, at, errors),
  ).orThrow();
  const { errors: declared } = semanticProjection(manifest);
  assertEquals(Object.keys(Object(declared)), ["NotFoundError"]);
});

Deno.test("what holds nothing is as if it were not there", () => {
  const empty: readonly unknown[] = [{}, { required: {} }, { required: {}, optional: {} }];
  for (const uses of empty) {
    assertEquals(digestWith(["uses"], uses, clock.manifest), clock.digest);
  }
  for (const resources of [{}, { kv: {} }, { kv: {}, store: {} }]) {
    assertEquals(digestWith(["resources"], resources, clock.manifest), clock.digest);
  }
  for (const section of ["rpc", "events"]) {
    const [name = ""] = Object.keys(Object(clock.manifest)[section]);
    for (const capabilities of [{}, { [section === "rpc" ? "call" : "publish"]: [] }]) {
      const path = [section, name, "capabilities"];
      assertEquals(digestWith(path, capabilities, clock.manifest), clock.digest);
    }
  }
});

Deno.test("lists whose order has a meaning are no sets", () => {
  const path = ["eventConsumers", "lending", "backoffMs"];
  assertNotEquals(digestWith(path, [1000, 100]), digestWith(path, [100, 1000]));
});

Deno.test("a property called docs is no documentation", () => {
  const property = ["schemas", "Book", "properties", "docs"];
  assertNotEquals(
    digestWith(property, { type: "string" }),
    digestWith(property, { type: "number" }),
  );
  const rpc = { ...library.manifest.rpc?.["Books.Find"], subject: "rpc.v1.docs" };
  assertNotEquals(digestWith(["rpc", "docs"], rpc), library.digest);
});

Deno.test("the projection has the reachable schemas and nothing for absent sections", () => {
  const projection = semanticProjection(library.manifest);
  assertEquals(
    Object.keys(projection.schemas as object).sort(),
    ["Book", "FindBook", "NotFoundErrorData", "Note", "Progress"],
  );
  assertEquals(Object.keys(semanticProjection(clock.manifest)).sort(), [
    "events",
    "format",
    "id",
    "kind",
    "rpc",
    "schemas",
  ]);
  for (const word of ['displayName":"Library', "markdown", "Unreached"]) {
    assertFalse(canonicalJson(projection).includes(word), word);
  }
});

Deno.test("the digest is a known value, so that other implementations can be held to it", () => {
  const manifest = parseManifest({
    kind: "service",
    id: "tiny@v1",
    displayName: "Tiny",
    description: "Nothing.",
    format: "trellis.contract.v1",
  }).orThrow();
  assertEquals(
    canonicalJson(semanticProjection(manifest)),
    '{"format":"trellis.contract.v1","id":"tiny@v1","kind":"service"}',
  );
  assertEquals(manifestDigest(manifest), "2Lxz5oPbM4VTIFZsF1RMjJQwnvrIPajzgYEpYIqMYII");
  assertMatch(library.digest, /^[A-Za-z0-9_-]{43}$/);
  assert(library.digest === manifestDigest(library.manifest));
});
