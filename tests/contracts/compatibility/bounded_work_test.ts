import { assert, assertEquals } from "@std/assert";
import { compareSchemas } from "../../../contracts/compatibility/compare_schemas.ts";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";

type Schema = JsonObject | boolean;

/** A schema in a schema in a schema. */
function nested(depth: number, around: (inner: Schema) => Schema, inner: Schema): Schema {
  let schema = inner;
  for (let i = 0; i < depth; i++) schema = around(schema);
  return schema;
}

const text: Schema = { type: "string" };
const short: Schema = { type: "string", maxLength: 5 };

function expectUnproved(before: Schema, after: Schema, budget?: number): void {
  const { verdict, findings } = compareSchemas(
    before,
    after,
    budget === undefined ? {} : { budget },
  );
  assertEquals(verdict, "unproved");
  assertEquals(findings.map(({ code }) => code), ["schema.unproved"]);
  assertEquals(findings[0]?.path, "");
}

Deno.test("nesting without end is not followed", () => {
  for (
    const around of [
      (inner: Schema): Schema => ({ allOf: [inner] }),
      (inner: Schema): Schema => ({ anyOf: [inner] }),
      (inner: Schema): Schema => ({ not: inner }),
      (inner: Schema): Schema => ({ items: inner }),
      (inner: Schema): Schema => ({ properties: { a: inner } }),
      (inner: Schema): Schema => ({ const: inner }),
    ]
  ) expectUnproved(nested(10_000, around, text), nested(10_000, around, short));
});

Deno.test("deep schemas are compared", () => {
  const around = (inner: Schema): Schema => ({
    type: "object",
    properties: { a: inner, b: text },
    required: ["a"],
  });
  assertEquals(
    compareSchemas(nested(30, around, short), nested(30, around, text)).verdict,
    "compatible",
  );
  const { verdict, findings } = compareSchemas(
    nested(30, around, text),
    nested(30, around, short),
  );
  assertEquals(verdict, "incompatible");
  assertEquals(findings.map(({ path }) => path), [`${"/properties/a".repeat(30)}/maxLength`]);
});

Deno.test("a schema that holds itself is not followed", () => {
  const cyclic: { [key: string]: JsonValue } = { type: "object" };
  cyclic.properties = { next: cyclic };
  expectUnproved(cyclic, { type: "object" });
  expectUnproved({ type: "object" }, cyclic);
  assertEquals(compareSchemas(cyclic, cyclic).verdict, "same");
});

Deno.test("parts that are shared again and again are not followed", () => {
  const twice = (inner: Schema): Schema => ({ properties: { a: inner, b: inner } });
  expectUnproved(nested(40, twice, text), nested(40, twice, short));
  const either = (inner: Schema): Schema => ({ anyOf: [inner, inner] });
  expectUnproved(nested(40, either, short), nested(40, either, text));
});

Deno.test("what is not JSON is not followed", () => {
  for (const value of [undefined, NaN, () => 1, Symbol("x"), 1n]) {
    const schema: JsonObject = JSON.parse('{ "type": "string" }');
    Reflect.set(schema, "x-odd", value);
    expectUnproved(schema, text);
    expectUnproved(text, schema);
  }
});

Deno.test("a product of unions is bounded", () => {
  const names = Array.from({ length: 30 }, (_, i) => `p${i}`);
  const product = (extra: Schema): Schema => ({
    type: "object",
    allOf: names.map((name) => ({
      anyOf: [
        { properties: { [name]: { const: 1 } }, required: [name] },
        { properties: { [name]: extra }, required: [name] },
      ],
    })),
  });
  const wider = compareSchemas(product({ const: 2 }), product({ enum: [2, 3] }));
  const narrower = compareSchemas(product({ enum: [2, 3] }), product({ const: 2 }));
  assert(wider.verdict === "compatible" || wider.verdict === "unproved");
  assert(narrower.verdict === "incompatible" || narrower.verdict === "unproved");
});

Deno.test("members that could be split in many ways are bounded", () => {
  const names = Array.from({ length: 12 }, (_, i) => `p${i}`);
  const values = Array.from({ length: 20 }, (_, i) => i);
  const one: Schema = {
    type: "object",
    properties: Object.fromEntries(names.map((name) => [name, { enum: values }])),
    required: names,
  };
  const many: Schema = {
    anyOf: values.map((value) => ({
      type: "object",
      properties: Object.fromEntries(names.map((name) => [name, { const: value }])),
    })),
  };
  assert(["incompatible", "unproved"].includes(compareSchemas(one, many).verdict));
});

Deno.test("large unions are compared", () => {
  const union = (count: number, more: JsonObject): Schema => ({
    anyOf: Array.from({ length: count }, (_, i) => ({
      type: "object",
      properties: { kind: { const: `k${i}` }, text: { type: "string", ...more } },
      required: ["kind"],
    })),
  });
  assertEquals(compareSchemas(union(100, { maxLength: 5 }), union(120, {})).verdict, "compatible");
  const literals = (count: number): Schema => ({
    anyOf: Array.from({ length: count }, (_, i) => ({ const: i })),
  });
  assertEquals(compareSchemas(literals(400), literals(500)).verdict, "compatible");
  assertEquals(compareSchemas(literals(500), literals(400)).verdict, "incompatible");
});

Deno.test("patterns are never run", () => {
  const hostile = "^(?:(?:a+)+)+$";
  const long = `${"a".repeat(400)}!`;
  const { verdict } = compareSchemas({ enum: [long, "a"] }, { type: "string", pattern: hostile });
  assertEquals(verdict, "incompatible");
  const counted = compareSchemas(
    { type: "string", pattern: "^(?:[ab]*a[ab]{14})$" },
    { type: "string", pattern: "^(?:[ab]*b[ab]{14}|a*)$" },
  );
  assert(counted.verdict === "incompatible" || counted.verdict === "unproved");
  const names = { type: "object", patternProperties: { [hostile]: text } };
  assertEquals(
    compareSchemas({ ...names, properties: { [long]: text } }, names).verdict,
    "compatible",
  );
});

Deno.test("without a budget nothing is proved, and nothing is claimed", () => {
  const before: Schema = { type: "object", properties: { a: short, b: text } };
  const after: Schema = { type: "object", properties: { a: text, b: text } };
  for (const budget of [0, 1, 5]) expectUnproved(before, after, budget);
  assertEquals(compareSchemas(before, after, { budget: 1000 }).verdict, "compatible");
});

Deno.test("wide schemas fit the budget", () => {
  const wide = (part: (i: number) => Schema): Schema => ({
    type: "object",
    properties: Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`p${i}`, part(i)])),
    required: Array.from({ length: 250 }, (_, i) => `p${i}`),
  });
  const before = wide(() => short);
  assertEquals(compareSchemas(before, wide(() => text), { budget: 20_000 }).verdict, "compatible");
  const all = compareSchemas(wide(() => text), before);
  assertEquals(all.verdict, "incompatible");
  assertEquals(all.findings.length, 500);
});
