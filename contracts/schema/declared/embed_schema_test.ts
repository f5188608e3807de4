import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Type } from "@sinclair/typebox";
import { embedSchema } from "./embed_schema.ts";
import { checkSchema } from "./schema_check.ts";
import { validatorOf } from "../validator.ts";

function embedded(schema: unknown): object | boolean {
  const result = embedSchema(schema);
  assertEquals(result.problems, []);
  assert(result.schema !== undefined);
  return result.schema;
}

Deno.test("a TypeBox schema becomes the JSON that it stringifies to", () => {
  const schema = Type.Object({
    id: Type.String({ format: "uuid" }),
    kind: Type.Union([Type.Literal("a"), Type.Literal("b")]),
    list: Type.Optional(Type.Array(Type.Record(Type.String(), Type.Number()))),
    pair: Type.Tuple([Type.String(), Type.Null()]),
  });
  assertEquals(embedded(schema), JSON.parse(JSON.stringify(schema)));
});

Deno.test("references into its own definitions are replaced by what they name", () => {
  const module = Type.Module({
    Address: Type.Object({ city: Type.String() }),
    Person: Type.Object({ home: Type.Ref("Address"), work: Type.Ref("Address") }),
  });
  const schema = embedded(module.Import("Person"));
  assertEquals(checkSchema(schema), []);
  assert(!JSON.stringify(schema).includes("$ref"));
  const check = validatorOf(schema);
  assert(check.check({ home: { city: "a" }, work: { city: "b" } }));
  assert(!check.check({ home: { city: 1 }, work: { city: "b" } }));
});

Deno.test("recursion is a problem, with its place", () => {
  const tree = Type.Recursive((This) => Type.Object({ next: Type.Optional(This) }), {
    $id: "Tree",
  });
  const result = embedSchema(tree);
  assertEquals(result.schema, undefined);
  assertEquals(result.problems[0]?.path, "/properties/next");
  assertStringIncludes(result.problems[0]?.message ?? "", "itself");
});

Deno.test("a reference out of the schema is a problem", () => {
  const result = embedSchema({ properties: { a: { $ref: "https://example.com/schema" } } });
  assertEquals(result.problems[0]?.path, "/properties/a");
});

Deno.test("what JSON cannot carry is a problem", () => {
  for (const value of [NaN, Infinity, 1n, () => 1, Symbol("s")]) {
    const result = embedSchema({ type: "number", default: value });
    assertEquals(result.problems[0]?.path, "/default", String(value));
  }
  for (const schema of ["x", 1, null, [], undefined]) {
    assert(embedSchema(schema).problems.length > 0, JSON.stringify(schema));
  }
});

Deno.test("size and depth are bounded, cycles and references that multiply included", () => {
  const cycle: Record<string, unknown> = { type: "object" };
  cycle.properties = { self: cycle, other: cycle };
  assert(embedSchema(cycle).problems.length > 0);
  const $defs: Record<string, unknown> = { L0: { type: "string" } };
  for (let i = 1; i < 40; i++) {
    const next = { $ref: `L${i - 1}` };
    $defs[`L${i}`] = { allOf: [next, next] };
  }
  const started = performance.now();
  assert(embedSchema({ $defs, $ref: "L39" }).problems.length > 0);
  assert(embedSchema({ enum: Array.from({ length: 1e5 }, (_, i) => i) }).problems.length > 0);
  assert(performance.now() - started < 60_000);
});

Deno.test("properties may have any name, those of keywords too", () => {
  for (
    const name of ["$id", "$defs", "$ref", "$schema", "__proto__", "constructor", "properties"]
  ) {
    const schema = { type: "object", properties: JSON.parse(`{"${name}":{"type":"string"}}`) };
    assertEquals(JSON.stringify(embedded(schema)), JSON.stringify(schema), name);
  }
});

Deno.test("data inside a schema is kept as it is", () => {
  for (const data of [{ $id: "x" }, { $ref: "x" }, { $defs: { a: 1 } }]) {
    for (
      const schema of [{ default: data }, { const: data }, { enum: [data] }, { examples: [data] }]
    ) {
      assertEquals(embedded(schema), schema);
    }
  }
});

Deno.test("keywords beside a reference hold too", () => {
  const schema = embedded({ $defs: { T: { type: "string" } }, $ref: "T", minLength: 3 });
  assert(validatorOf(schema).check("abc"));
  assert(!validatorOf(schema).check("ab"));
});

Deno.test("an object that is no JSON is not passed off as one", () => {
  assert(embedSchema({ type: "string", default: new Date(0) }).problems.length > 0);
});
