import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { compareSchemas } from "../../contracts/compatibility/compare_schemas.ts";
import type { JsonObject } from "../../contracts/json/json.ts";
import type { Change } from "../../reconcile/changes/change.ts";
import { diffNeeds } from "../../reconcile/diff/diff_needs.ts";
import type { KvNeed, Needs, StoreNeed, SurfaceNeed } from "../../reconcile/needs/need_types.ts";
import { eventNeed, handMade, kvNeed, rpcNeed, storeNeed } from "../support/hand_made_needs.ts";
import { runsOf } from "../support/random/runs.ts";

/** Schemas that meet each other in many ways. */
const leaf: fc.Arbitrary<JsonObject> = fc.constantFrom<JsonObject>(
  { type: "string" },
  { type: "string", maxLength: 5 },
  { type: "string", minLength: 1, title: "named" },
  { type: "number" },
  { type: "integer", minimum: 0 },
  { enum: ["a", "b"] },
  { enum: ["a"] },
  { type: ["string", "null"] },
  { anyOf: [{ type: "string" }, { type: "number" }] },
  { type: "boolean" },
);
const schemas: fc.Arbitrary<JsonObject | boolean> = fc.oneof(
  leaf,
  fc.boolean(),
  leaf.map((items) => ({ type: "array", items })),
  fc.record({
    properties: fc.dictionary(fc.constantFrom("a", "b", "toString"), leaf, { maxKeys: 3 }),
    needed: fc.boolean(),
    closed: fc.boolean(),
  }).map(({ properties, needed, closed }) => ({
    type: "object",
    properties,
    required: needed ? Object.keys(properties) : [],
    ...(closed ? { additionalProperties: false } : {}),
  })),
);

const limit = fc.constantFrom(0, 1, 1000, 60_000);
const aliases = fc.constantFrom("a", "b", "job_cache", "constructor");
const renamedFrom = fc.option(aliases, { nil: undefined });
const kvNeeds: fc.Arbitrary<KvNeed> = fc.record({
  schema: schemas,
  history: fc.integer({ min: 1, max: 64 }),
  ttlMs: limit,
  maxValueBytes: limit,
  required: fc.boolean(),
  purpose: fc.constantFrom("p", "q"),
  renamedFrom,
}).map(present);
const storeNeeds: fc.Arbitrary<StoreNeed> = fc.record({
  ttlMs: limit,
  maxTotalBytes: limit,
  maxObjectBytes: limit,
  required: fc.boolean(),
  renamedFrom,
}).map((need) => present(storeNeed(need)));
const surfaceNeeds: fc.Arbitrary<SurfaceNeed> = fc.record({
  input: schemas,
  output: schemas,
  errors: fc.uniqueArray(fc.constantFrom("E", "F")),
  call: fc.uniqueArray(fc.constantFrom("x", "y")),
}).map(({ input, output, errors, call }) =>
  rpcNeed({ schemas: { input, output }, errors, capabilities: { call } })
);
const needs: fc.Arbitrary<Needs> = fc.record({
  kv: fc.dictionary(aliases, kvNeeds, { maxKeys: 3 }),
  store: fc.dictionary(aliases, storeNeeds, { maxKeys: 3 }),
  surfaces: fc.dictionary(fc.constantFrom("rpc.v1.A.Get", "rpc.v2.A.Get"), surfaceNeeds),
  contract: fc.constantFrom("orders@v1", "orders@v1", "orders@v1", "other@v1"),
}).map(handMade);

/** Without members that are undefined, as needs that were stored. */
function present<T extends object>(value: T): T {
  // Leaving out what is undefined keeps every member that is required.
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as T;
}

/** The same needs under another digest, so that they are compared member by member. */
function again<T extends Needs>(value: T): T {
  return { ...value, digest: `${value.digest} again` };
}

/** The same JSON with every object's members in the opposite order. */
function reordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reordered);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).reverse().map(([name, member]) => [name, reordered(member)]),
  );
}

Deno.test("needs do not differ from themselves", () => {
  fc.assert(fc.property(needs, (some) => {
    assertEquals(diffNeeds(some, some), []);
    assertEquals(diffNeeds(some, again(some)), []);
    assertEquals(diffNeeds(some, again(JSON.parse(JSON.stringify(some)))), []);
  }));
});

Deno.test("the order of members does not matter", () => {
  fc.assert(fc.property(needs, needs, (before, after) => {
    // Reordering changes no member.
    const other = diffNeeds(reordered(before) as Needs, reordered(after) as Needs);
    const codes = (changes: readonly Change[]) => changes.map(({ code, path }) => [code, path]);
    const sorted = (changes: readonly Change[]) => codes(changes).map(String).sort();
    assertEquals(sorted(other), sorted(diffNeeds(before, after)));
  }));
});

Deno.test("changes are JSON, and each says why", () => {
  fc.assert(fc.property(fc.option(needs, { nil: undefined }), needs, (before, after) => {
    for (const change of diffNeeds(before, after)) {
      assertEquals(JSON.parse(JSON.stringify(change)), change);
      assert(change.reason.length > 0 && change.path.startsWith("/"));
    }
  }));
});

Deno.test("a schema that is not proved compatible is dangerous, whichever way values travel", () => {
  const dangerous = (changes: readonly Change[]) =>
    changes.some(({ severity }) => severity === "dangerous");
  const proved = (a: JsonObject | boolean, b: JsonObject | boolean) =>
    ["same", "compatible"].includes(compareSchemas(a, b).verdict);
  fc.assert(
    fc.property(schemas, schemas, (a, b) => {
      const kv = (schema: JsonObject | boolean) => handMade({ kv: { k: kvNeed({ schema }) } });
      const surface = (need: SurfaceNeed) => handMade({ surfaces: { s: need } });
      const input = (schema: JsonObject | boolean) =>
        surface(rpcNeed({ schemas: { input: schema, output: true } }));
      const output = (schema: JsonObject | boolean) =>
        surface(rpcNeed({ schemas: { input: true, output: schema } }));
      const event = (schema: JsonObject | boolean) => surface(eventNeed(schema));
      const ok = proved(a, b);
      const mirrored = proved(b, a);
      assertEquals(dangerous(diffNeeds(kv(a), kv(b))), !ok);
      assertEquals(dangerous(diffNeeds(input(a), input(b))), !ok);
      assertEquals(dangerous(diffNeeds(output(a), output(b))), !mirrored);
      assertEquals(dangerous(diffNeeds(event(a), event(b))), !(ok && mirrored));
    }),
    { numRuns: runsOf(300) },
  );
});
