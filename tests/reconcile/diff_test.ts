import { assert, assertEquals } from "@std/assert";
import { Type } from "@sinclair/typebox";
import type { Change } from "../../reconcile/change.ts";
import { diffNeeds } from "../../reconcile/diff.ts";
import type { Needs, SurfaceNeed } from "../../reconcile/needs.ts";
import { kvNeeds, type KvSettings } from "../support/kv_contract.ts";

/** `code severity` of every change of the alias `orders`. */
function changesOf(before: KvSettings, after: KvSettings): string[] {
  return brief(diffNeeds(kvNeeds({ orders: before }), kvNeeds({ orders: after })));
}

function brief(changes: readonly Change[]): string[] {
  return changes.map(({ code, severity }) => `${code} ${severity}`);
}

const TABLE: readonly [what: string, before: KvSettings, after: KvSettings, expected: string][] = [
  ["more history", { history: 1 }, { history: 5 }, "kv.history.increased safe"],
  ["less history", { history: 5 }, { history: 1 }, "kv.history.reduced dangerous"],
  ["a first ttl", { ttlMs: 0 }, { ttlMs: 1000 }, "kv.ttl.added dangerous"],
  ["a longer ttl", { ttlMs: 1000 }, { ttlMs: 2000 }, "kv.ttl.increased safe"],
  ["a shorter ttl", { ttlMs: 2000 }, { ttlMs: 1000 }, "kv.ttl.reduced dangerous"],
  ["no ttl any more", { ttlMs: 1000 }, {}, "kv.ttl.removed safe"],
  ["a first size limit", {}, { maxValueBytes: 10 }, "kv.maxValueBytes.added dangerous"],
  [
    "a larger size limit",
    { maxValueBytes: 10 },
    { maxValueBytes: 20 },
    "kv.maxValueBytes.increased safe",
  ],
  [
    "a smaller size limit",
    { maxValueBytes: 20 },
    { maxValueBytes: 10 },
    "kv.maxValueBytes.reduced dangerous",
  ],
  ["no size limit any more", { maxValueBytes: 20 }, {}, "kv.maxValueBytes.removed safe"],
  ["another purpose", { purpose: "a" }, { purpose: "b" }, "kv.purpose.changed safe"],
  ["optional from now on", {}, { required: false }, "kv.required.changed safe"],
  ["required from now on", { required: false }, { required: true }, "kv.required.changed safe"],
];
for (const [what, before, after, expected] of TABLE) {
  Deno.test(`${what} is ${expected}`, () => assertEquals(changesOf(before, after), [expected]));
}

Deno.test("a default that is written out is no change", () => {
  assertEquals(changesOf({}, { history: 1, ttlMs: 0, required: true }), []);
});

Deno.test("several changes of one alias are all told, with path and both values", () => {
  const before = kvNeeds({ "job_cache": { history: 5, ttlMs: 1000 } });
  const changes = diffNeeds(before, kvNeeds({ "job_cache": { history: 2, ttlMs: 2000 } }));
  assertEquals(brief(changes), ["kv.history.reduced dangerous", "kv.ttl.increased safe"]);
  assertEquals(changes[0]?.path, "/resources/kv/job_cache/history");
  assertEquals([changes[0]?.before, changes[0]?.after], [5, 2]);
  assertEquals(changes[0]?.op, "change");
  assert(changes.every(({ reason }) => reason.length > 0));
});

Deno.test("a first contract, a new alias, a removed one and a renamed one", () => {
  assertEquals(brief(diffNeeds(undefined, kvNeeds({ a: {} }))), [
    "contract.added safe",
    "kv.added safe",
  ]);
  const one = kvNeeds({ a: {} });
  const two = kvNeeds({ a: {}, b: {} });
  assertEquals(brief(diffNeeds(one, two)), ["kv.added safe"]);
  assertEquals(brief(diffNeeds(two, one)), ["kv.removed dangerous"]);
  assertEquals(brief(diffNeeds(one, kvNeeds({ b: {} }))), [
    "kv.removed dangerous",
    "kv.added safe",
  ]);
});

Deno.test("an unproved schema change of a KV alias is dangerous and holds both schemas", () => {
  const before = kvNeeds({ a: {} }, { schema: Type.Object({ name: Type.String() }) });
  const after = kvNeeds({ a: {} }, { schema: Type.Object({ name: Type.Number() }) });
  const [change, ...more] = diffNeeds(before, after);
  assertEquals(more, []);
  assertEquals([change?.code, change?.severity], ["kv.schema.changed", "dangerous"]);
  assert(change?.before !== undefined && change.after !== undefined);
});

Deno.test("a schema that only orders its members differently is no change", () => {
  const a = Type.Object({ a: Type.String(), b: Type.String() });
  const b = Type.Object({ b: Type.String(), a: Type.String() });
  const strip = (needs: Needs) => ({ ...needs, digest: "" });
  const changes = diffNeeds(
    strip(kvNeeds({ k: {} }, { schema: a })),
    strip(kvNeeds({ k: {} }, { schema: { ...b, required: a.required } })),
  );
  assertEquals(changes, []);
});

Deno.test("another lineage in the same deployment is dangerous", () => {
  const changes = diffNeeds(kvNeeds({ a: {} }), kvNeeds({ a: {} }, { id: "other@v1" }));
  assertEquals(brief(changes), ["contract.replaced dangerous"]);
});

const SURFACE: SurfaceNeed = {
  kind: "rpc",
  name: "A.Get",
  schemas: { input: true, output: true },
  errors: ["NotFound"],
  capabilities: { call: ["read"] },
};
function withSurface(surface: SurfaceNeed | undefined): Needs {
  const needs = kvNeeds({});
  return surface === undefined ? needs : { ...needs, surfaces: { "rpc.v1.A.Get": surface } };
}

Deno.test("surfaces: adding is safe; removing and changing what callers see is dangerous", () => {
  const none = withSurface(undefined);
  const before = withSurface(SURFACE);
  const to = (change: Partial<SurfaceNeed>) =>
    brief(diffNeeds(before, withSurface({ ...SURFACE, ...change })));
  assertEquals(brief(diffNeeds(none, before)), ["surface.added safe"]);
  assertEquals(brief(diffNeeds(before, none)), ["surface.removed dangerous"]);
  assertEquals(to({ schemas: { input: true, output: {} } }), ["surface.schema.changed dangerous"]);
  assertEquals(to({ errors: [] }), ["surface.errors.changed dangerous"]);
  assertEquals(to({ errors: ["NotFound", "Z"] }), ["surface.errors.changed dangerous"]);
  assertEquals(to({ capabilities: {} }), ["surface.capabilities.changed dangerous"]);
  assertEquals(to({}), []);
});

Deno.test("a surface that gains a member without a schema before is a change, not a crash", () => {
  const changes = diffNeeds(
    withSurface(SURFACE),
    withSurface({ ...SURFACE, schemas: { ...SURFACE.schemas, progress: {} } }),
  );
  assertEquals(brief(changes), ["surface.schema.changed dangerous"]);
  assertEquals(changes[0]?.before, null);
});

Deno.test("aliases that are names of object members are aliases", () => {
  const before = kvNeeds({ a: {} });
  const after = kvNeeds({ a: {}, toString: {}, valueOf: {} });
  assertEquals(brief(diffNeeds(before, after)), ["kv.added safe", "kv.added safe"]);
});
