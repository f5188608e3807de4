import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { Type } from "@sinclair/typebox";
import type { JsonObject } from "../../contracts/json/json.ts";
import type { Change } from "../changes/change.ts";
import { diffNeeds } from "./diff_needs.ts";
import type { DiffContext } from "./diff_context.ts";
import type { KvNeed, Needs, SurfaceNeed, UseNeed } from "../needs/need_types.ts";
import type { Owner } from "../resources/owner.ts";
import {
  eventNeed,
  foreignBucket,
  handMade,
  kvNeed,
  operationNeed,
  rpcNeed,
} from "../../tests/support/hand_made_needs.ts";
import { kvNeeds, type KvSettings } from "../../tests/support/kv_contract.ts";

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

Deno.test("several changes of one alias are all reported, with path and both values", () => {
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

Deno.test("a declared rename is one dangerous change beside what else changes", () => {
  const before = kvNeeds({ a: { history: 1 }, z: {} });
  const after = kvNeeds({ b: { history: 5, renamedFrom: "a" }, z: {} });
  const changes = diffNeeds(before, after);
  assertEquals(brief(changes), [
    "kv.renamed dangerous",
    "kv.history.increased safe",
    "kv.purpose.changed safe",
  ]);
  const [renamed, history] = changes;
  assertEquals([renamed?.path, renamed?.before, renamed?.after], ["/resources/kv/b", "a", "b"]);
  assertEquals(history?.path, "/resources/kv/b/history");
  // Once it is accepted, the declaration may stay or go.
  assertEquals(diffNeeds(after, kvNeeds({ b: { history: 5 }, z: {} })), []);
});

Deno.test("a rename of what was never accepted, or is still there, or twice, hides no loss", () => {
  const one = handMade({ kv: { a: kvNeed() } });
  const to = (kv: Readonly<Record<string, KvNeed>>) => brief(diffNeeds(one, handMade({ kv })));
  assertEquals(to({ b: kvNeed({ renamedFrom: "other" }) }), [
    "kv.removed dangerous",
    "kv.added safe",
  ]);
  assertEquals(to({ a: kvNeed(), b: kvNeed({ renamedFrom: "a" }) }), ["kv.added safe"]);
  const twice = { b: kvNeed({ renamedFrom: "a" }), c: kvNeed({ renamedFrom: "a" }) };
  assertEquals(to(twice), ["kv.renamed dangerous", "kv.added safe"]);
  assertEquals(to({ b: kvNeed({ renamedFrom: "toString" }) }), [
    "kv.removed dangerous",
    "kv.added safe",
  ]);
});

Deno.test("each difference of a schema is a change of its own, at its place, with an example", () => {
  const before = Type.Object({ name: Type.String(), count: Type.Number() });
  const after = Type.Object({ name: Type.Number(), count: Type.Number({ maximum: 3 }) });
  const changes = diffNeeds(
    kvNeeds({ a: {} }, { schema: before }),
    kvNeeds({ a: {} }, { schema: after }),
  );
  assertEquals(
    new Set(brief(changes)),
    new Set([
      "schema.type.narrowed dangerous",
      "schema.range.narrowed dangerous",
    ]),
  );
  for (const { path, op, example } of changes) {
    assert(path.startsWith("/resources/kv/a/schema/properties/"), path);
    assertEquals(op, "change");
    assert(example === undefined || typeof example === "object");
  }
  assert(changes.some(({ example }) => example !== undefined));
});

Deno.test("a schema that only orders its members differently is no change", () => {
  const text = { type: "string" };
  const schema = (properties: JsonObject, ...required: string[]): JsonObject => ({
    type: "object",
    properties,
    required,
  });
  const changes = diffNeeds(
    handMade({ kv: { k: kvNeed({ schema: schema({ a: text, b: text }, "a", "b") }) } }),
    handMade({ kv: { k: kvNeed({ schema: schema({ b: text, a: text }, "a", "b") }) } }),
  );
  assertEquals(changes, []);
});

Deno.test("another lineage gets none of the data: its aliases are new, and the old ones are lost", () => {
  const changes = diffNeeds(kvNeeds({ a: {} }), kvNeeds({ a: {} }, { id: "other@v1" }));
  assertEquals(brief(changes), [
    "contract.replaced dangerous",
    "kv.removed dangerous",
    "kv.added safe",
  ]);
});

const SUBJECT = "rpc.v1.A.Get";
const USERS: DiffContext["users"] = [
  { deployment: "shipping", uses: { "orders@v1": use("rpc.call:A.Get") } },
  { deployment: "billing", uses: { "orders@v1": use("rpc.call:A.Get", "rpc.call:A.Find") } },
  { deployment: "audit", uses: { "orders@v1": use("rpc.call:A.Find", "events.subscribe:A.Get") } },
  { deployment: "other", uses: { "b@v1": use("rpc.call:A.Get") } },
];

function use(...selections: string[]): UseNeed {
  return { required: true, selections };
}

function rpcChanges(before: Partial<SurfaceNeed>, after: Partial<SurfaceNeed>): readonly Change[] {
  return diffNeeds(
    handMade({ surfaces: { [SUBJECT]: rpcNeed(before) } }),
    handMade({ surfaces: { [SUBJECT]: rpcNeed(after) } }),
    { users: USERS },
  );
}

Deno.test("input must take what callers send, output must fit what callers know", () => {
  const integer = { type: "integer" };
  const number = { type: "number" };
  const input = (schema: JsonObject) => ({ schemas: { input: schema, output: true } });
  const output = (schema: JsonObject) => ({ schemas: { input: true, output: schema } });
  assertEquals(brief(rpcChanges(input(integer), input(number))), ["schema.widened safe"]);
  assertEquals(brief(rpcChanges(output(number), output(integer))), ["output.narrowed safe"]);
  const [narrowed] = rpcChanges(input(number), input(integer));
  assertEquals(narrowed?.code, "schema.type.narrowed");
  assert(narrowed?.path.startsWith(`/surfaces/${SUBJECT}/schemas/input`));
  const [widened] = rpcChanges(output(integer), output(number));
  assertEquals(widened?.code, "output.type.widened");
  // The change goes from what callers know to what they may receive.
  if (widened?.before !== undefined) assertNotEquals(widened.before, widened.after);
  assertEquals(JSON.stringify(widened?.before ?? "integer").includes("integer"), true);
});

Deno.test("a breaking change of a surface names the deployments that selected it, sorted", () => {
  const removed = diffNeeds(
    handMade({ surfaces: { [SUBJECT]: rpcNeed() } }),
    handMade({}),
    { users: USERS },
  );
  assertEquals(removed.map(({ code, affects }) => [code, affects]), [
    ["surface.removed", ["billing", "shipping"]],
  ]);
  const [error] = rpcChanges({}, { errors: ["Gone"] });
  assertEquals([error?.code, error?.affects], ["surface.error.added", ["billing", "shipping"]]);
  const [safe] = rpcChanges({ errors: ["Gone"] }, {});
  assertEquals([safe?.code, safe?.affects], ["surface.error.removed", undefined]);
  const [replaced] = diffNeeds(handMade({}), handMade({ contract: "b@v2" }), { users: USERS });
  assertEquals(replaced?.affects, ["audit", "billing", "shipping"]);
});

Deno.test("the data of declared errors is output: callers know the old shape", () => {
  const data = (schema: JsonObject) => ({ errors: ["Gone"], errorData: { Gone: schema } });
  const [change, ...more] = rpcChanges(
    data({ type: "string" }),
    data({ type: ["string", "null"] }),
  );
  assertEquals(more, []);
  assertEquals([change?.code, change?.severity], ["output.type.widened", "dangerous"]);
  assert(change?.path.startsWith(`/surfaces/${SUBJECT}/errorData/Gone`));
});

Deno.test("events are compared in both directions, and a safe change is reported once", () => {
  const event = (schema: JsonObject) =>
    handMade({ surfaces: { "events.v1.A": eventNeed(schema) } });
  const compare = (a: JsonObject, b: JsonObject) => brief(diffNeeds(event(a), event(b)));
  const [integer, number, text] = [{ type: "integer" }, { type: "number" }, { type: "string" }];
  assertEquals(compare(integer, number), ["output.type.widened dangerous"]);
  assertEquals(compare(number, integer), ["schema.type.narrowed dangerous"]);
  assertEquals(compare(number, text).sort(), [
    "output.type.widened dangerous",
    "schema.type.narrowed dangerous",
  ]);
  assertEquals(compare(text, { ...text, title: "t" }), ["schema.annotated safe"]);
});

Deno.test("an event with other params moves to another subject, and is not a new one", () => {
  const at = (subject: string, ...params: string[]) =>
    handMade({ surfaces: { [subject]: eventNeed({ type: "string" }, { params }) } });
  const changes = diffNeeds(at("events.v1.A.Done"), at("events.v1.A.Done.{/id}", "/id"));
  assertEquals(brief(changes), ["surface.params.changed dangerous"]);
});

Deno.test("records from before signals, error data and jobs were recorded are compared all the same", () => {
  const { errorData: _, ...old } = rpcNeed({ errors: ["Gone"] });
  const { signals: __, cancel: ___, ...oldOperation } = operationNeed();
  const before = handMade({ surfaces: { [SUBJECT]: old, "operations.v1.A.Do": oldOperation } });
  const after = handMade({
    surfaces: {
      [SUBJECT]: rpcNeed({ errors: ["Gone"], errorData: { Gone: { type: "string" } } }),
      "operations.v1.A.Do": operationNeed({ cancel: true, signals: { pause: true } }),
    },
    state: {},
    jobs: { j: { payload: true, settings: {} } },
    consumers: {},
  });
  assertEquals(brief(diffNeeds(before, after)), ["job.added safe"]);
});

Deno.test("a surface that gains a member without a schema before is a change, not a crash", () => {
  const changes = rpcChanges({ schemas: {} }, { schemas: { input: { type: "string" } } });
  assert(changes.every(({ severity }) => severity === "dangerous") && changes.length > 0);
});

Deno.test("the same digest is compared no further", () => {
  const needs = handMade({ kv: { a: kvNeed() } });
  const trap = new Proxy(needs, {
    get: (target, name) => {
      if (name !== "digest") throw new Error(`looked at ${String(name)}`);
      return target.digest;
    },
  });
  assertEquals(diffNeeds(trap, trap), []);
});

Deno.test("a bucket that is there already is taken over, with what would be lost", () => {
  const owner: Owner = { deployment: "x", contract: "x@v1", alias: "a", kind: "kv" };
  const settings = { history: 10, ttlMs: 0, maxValueBytes: 100 };
  const found = foreignBucket({ owner, settings, values: 7, bytes: 700 });
  const after = handMade({ kv: { a: kvNeed({ history: 2, ttlMs: 1000 }) } });
  const changes = diffNeeds(undefined, after, { existing: new Map([["kv/a", found]]) });
  assertEquals(brief(changes), [
    "contract.added safe",
    "kv.adopted dangerous",
    "kv.adopted.retention dangerous",
    "kv.adopted.retention dangerous",
    "kv.adopted.schema dangerous",
  ]);
  assertEquals(changes.map(({ path }) => path.split("/").at(-1)), [
    "contract",
    "a",
    "history",
    "ttlMs",
    "schema",
  ]);
  assert(changes[1]?.reason.includes("belongs to the deployment x"));
  // What is accepted already is nobody else's.
  const before = handMade({ kv: { a: kvNeed() } });
  const same = handMade({ kv: { a: kvNeed({ purpose: "new" }) } });
  assertEquals(brief(diffNeeds(before, same, { existing: new Map([["kv/a", found]]) })), [
    "kv.purpose.changed safe",
  ]);
});

Deno.test("state: a version that is migrated is compared with what reads it now", () => {
  const state = (stateVersion: string, schema: JsonObject, accepted: Record<string, JsonObject>) =>
    handMade({ state: { s: { kind: "value", stateVersion, schema, acceptedVersions: accepted } } });
  const [text, number] = [{ type: "string" }, { type: "number" }];
  const before = state("v1", text, {});
  assertEquals(brief(diffNeeds(before, state("v2", number, { v1: text }))), [
    "state.version.migrated safe",
  ]);
  const wrong = diffNeeds(before, state("v2", number, { v1: number }));
  assertEquals(brief(wrong), ["state.version.migrated safe", "schema.type.narrowed dangerous"]);
  assert(wrong[1]?.path.startsWith("/state/s/acceptedVersions/v1"));
  assertEquals(brief(diffNeeds(before, state("v1", number, {}))), [
    "schema.type.narrowed dangerous",
  ]);
});

Deno.test("a capability's consequence is what people agreed to once it was stated", () => {
  const stated = (consequence?: string): Needs =>
    handMade({
      capabilities: {
        a: { displayName: "A", description: "d", ...(consequence && { consequence }) },
      },
    });
  const compare = (a?: string, b?: string) => brief(diffNeeds(stated(a), stated(b)));
  assertEquals(compare(undefined, "x"), ["capability.changed safe"]);
  assertEquals(compare("x", "y"), ["capability.consequence.changed dangerous"]);
  assertEquals(compare("x", undefined), ["capability.consequence.changed dangerous"]);
});

Deno.test("aliases that are names of object members are aliases", () => {
  const before = kvNeeds({ a: {} });
  const after = kvNeeds({ a: {}, toString: {}, valueOf: {} });
  assertEquals(brief(diffNeeds(before, after)), ["kv.added safe", "kv.added safe"]);
});
