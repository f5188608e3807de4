import { assert, assertEquals } from "@std/assert";
import type { JsonObject } from "../../contracts/json/json.ts";
import { diffNeeds } from "./diff_needs.ts";
import type { EarlierVersion } from "./diff_context.ts";
import { declaresAnew } from "./diff_reused.ts";
import type { KvNeed, Needs } from "../needs/need_types.ts";
import { handMade, kvNeed } from "../../tests/support/hand_made_needs.ts";

type Schema = JsonObject | boolean;

const text: JsonObject = { type: "string" };
const integer: JsonObject = { type: "integer" };

function object(properties: JsonObject, more: JsonObject = {}): JsonObject {
  return { type: "object", properties, ...more };
}

function needs(schema: Schema, alias = "a", more: Partial<KvNeed> = {}): Needs {
  return handMade({ kv: { [alias]: kvNeed({ schema, ...more }) } });
}

/** The earlier versions of a deployment, oldest first. */
function versions(...all: readonly (Needs | undefined)[]): readonly EarlierVersion[] {
  return all.map((needs, i) => ({ version: i + 1, needs }));
}

function reused(earlier: readonly EarlierVersion[], before: Needs, after: Needs) {
  return diffNeeds(before, after, { earlier })
    .filter(({ code }) => code === "schema.property.reused")
    .map(({ path, severity, example }) => {
      assertEquals(severity, "dangerous");
      return [path, example];
    });
}

/** What three schemas of one alias lead to, of which the last is the one that is asked for. */
function after(first: Schema, second: Schema, third: Schema) {
  return reused(versions(needs(first)), needs(second), needs(third));
}

const BASE = "/resources/kv/a/schema";

Deno.test("a property that comes back with another type is dangerous, with an example", () => {
  const [open, again] = [object({}), object({ w: integer })];
  assertEquals(after(object({ w: text }), open, again), [
    [`${BASE}/properties/w/type`, { w: "a" }],
  ]);
  const [change] = diffNeeds(needs(open), needs(again), {
    earlier: versions(needs(object({ w: text }))),
  }).filter(({ severity }) => severity === "dangerous");
  assert(change?.reason.endsWith("Values of version 1 may still be stored."), change?.reason);
  assertEquals(change?.op, "change");
});

Deno.test("a property that was not declared before, or that takes the old values, is safe", () => {
  const open = object({});
  assertEquals(after(object({ v: text }), open, object({ w: integer })), []);
  assertEquals(after(object({ w: text }), open, object({ w: text })), []);
  assertEquals(after(object({ w: integer }), open, object({ w: { type: "number" } })), []);
  assertEquals(after(object({ w: text }), open, object({ w: {} })), []);
  for (const schema of [object({ w: integer }), object({ v: text, w: integer })]) {
    const changes = diffNeeds(needs(open), needs(schema), {
      earlier: versions(needs(open), needs(object({ v: text }))),
    });
    assert(changes.every(({ severity }) => severity === "safe"));
  }
});

Deno.test("reuse is found at any depth, however the object is reached", () => {
  const w = (type: JsonObject) => object({ w: type });
  const open = object({});
  const around: Readonly<Record<string, (inner: JsonObject) => JsonObject>> = {
    "/properties/o": (inner) => object({ o: inner }),
    "/properties/list/items": (inner) => object({ list: { type: "array", items: inner } }),
    "/additionalProperties": (inner) => object({}, { additionalProperties: inner }),
    "/anyOf/0": (inner) => ({ anyOf: [inner, text] }),
  };
  for (const [path, make] of Object.entries(around)) {
    const found = after(make(w(text)), make(open), make(w(integer)));
    assertEquals(found.map(([where]) => where), [`${BASE}${path}/properties/w/type`], path);
  }
  // The object around it may have been dropped as well.
  const whole = after(object({ o: w(text) }), open, object({ o: w(integer) }));
  assertEquals(whole.map(([where]) => where), [`${BASE}/properties/o/properties/w/type`]);
  // Declared in another form.
  const moved = after(w(text), open, { allOf: [open, w(integer)] });
  assertEquals(moved.length, 1);
  const record = object({}, { additionalProperties: text });
  assertEquals(after(record, open, w(integer)).length, 1);
});

Deno.test("every earlier version counts, the latest one first, and each place is reported once", () => {
  const open = needs(object({}));
  const [first, second] = [needs(object({ w: text })), needs(object({ w: { type: "boolean" } }))];
  const found = diffNeeds(open, needs(object({ w: integer })), {
    earlier: versions(first, second, open),
  }).filter(({ code }) => code === "schema.property.reused");
  assertEquals(found.map(({ before }) => before), [["boolean"]]);
});

Deno.test("what the comparison with the present version reports is not reported again", () => {
  const before = needs(object({ v: text }));
  const changes = diffNeeds(before, needs(object({ v: integer, w: integer })), {
    earlier: versions(needs(object({ v: text, w: text }))),
  });
  assertEquals(changes.map(({ code, path }) => `${code} ${path.slice(BASE.length)}`).sort(), [
    "schema.property.reused /properties/w/type",
    "schema.type.narrowed /properties/v/type",
  ]);
});

Deno.test("a version that cannot be read may have declared anything", () => {
  const open = needs(object({}));
  assertEquals(reused(versions(undefined), open, needs(object({ w: integer }))), [
    [`${BASE}/properties/w`, undefined],
  ]);
  assertEquals(reused(versions(undefined), needs(object({ w: integer })), open), []);
});

Deno.test("the data of an alias has its history: through renames, and not of other lineages", () => {
  const declared = needs(object({ w: text }), "old");
  const renamed = needs(object({}), "a", { renamedFrom: "old" });
  const again = needs(object({ w: integer }), "a", { renamedFrom: "old" });
  const found = [[`${BASE}/properties/w/type`, { w: "a" }]];
  assertEquals(reused(versions(declared), renamed, again), found);
  assertEquals(reused(versions(declared, renamed), needs(object({})), again), found);
  // In the same step.
  assertEquals(reused(versions(declared), needs(object({}), "old"), again), found);
  // What another alias holds does not matter.
  assertEquals(reused(versions(declared), needs(object({})), needs(object({ w: integer }))), []);
  const foreign = { ...needs(object({ w: text })), contract: "other@v1" };
  assertEquals(reused(versions(foreign), needs(object({})), needs(object({ w: integer }))), []);
});

Deno.test("earlier versions matter only where a schema declares more than before", () => {
  const open = needs(object({}));
  const declared = needs(object({ w: integer }));
  assertEquals(declaresAnew(undefined, declared), false);
  assertEquals(declaresAnew(open, open), false);
  assertEquals(declaresAnew(declared, open), false);
  assertEquals(declaresAnew(declared, needs(object({ w: text }))), false);
  assertEquals(declaresAnew(open, declared), true);
  assertEquals(declaresAnew(open, needs(object({ w: integer }), "b")), false);
  // Values are no schemas.
  const value = { const: { properties: { w: 1 } } };
  assertEquals(declaresAnew(open, needs(object({}, { default: value, enum: [value] }))), false);
});
