import { assertEquals } from "@std/assert";
import { checkSchema } from "./schema_check.ts";
import { validatorOf } from "../validator.ts";

function paths(schema: unknown): readonly string[] {
  return checkSchema(schema).map((problem) => problem.path);
}

Deno.test("sound schemas have no problems", () => {
  for (
    const schema of [
      true,
      false,
      {},
      {
        type: "object",
        properties: { a: { type: ["string", "null"], format: "date-time" } },
        required: ["a"],
      },
      { anyOf: [{ const: 1 }, { enum: ["a", null] }], unknownKeyword: { anything: [1] } },
      { type: "array", items: [{ type: "string" }], additionalItems: false },
      {
        patternProperties: { "^x": { type: "integer" } },
        additionalProperties: { type: "number" },
      },
      { properties: JSON.parse('{"__proto__":{"type":"string"},"constructor":{"type":"null"}}') },
    ]
  ) {
    assertEquals(checkSchema(schema), []);
    validatorOf(schema).check(null);
  }
});

Deno.test("what validators would ignore or choke on is found, with its place", () => {
  const cases: readonly (readonly [unknown, readonly string[]])[] = [
    [null, [""]],
    ["string", [""]],
    [[], [""]],
    [{ type: "Date" }, ["/type"]],
    [{ type: ["string", "uint8array"] }, ["/type"]],
    [{ format: "datetime" }, ["/format"]],
    [{ format: 3 }, ["/format"]],
    [{ pattern: "(" }, ["/pattern"]],
    [{ pattern: 3 }, ["/pattern"]],
    [{ enum: "a" }, ["/enum"]],
    [{ required: "a" }, ["/required"]],
    [{ required: [1] }, ["/required"]],
    [{ properties: [] }, ["/properties"]],
    [{ properties: { "a/b": 1 } }, ["/properties/a~1b"]],
    [{ anyOf: {} }, ["/anyOf"]],
    [{ anyOf: [{ type: "x" }, 1] }, ["/anyOf/0/type", "/anyOf/1"]],
    [{ items: { type: "x" } }, ["/items/type"]],
    [{ items: [{ type: "x" }] }, ["/items/0/type"]],
    [{ not: "x" }, ["/not"]],
    [{ $ref: "#" }, ["/$ref"]],
    [{ patternProperties: { "(": true } }, ["/patternProperties"]],
    [{ if: { type: "x" }, then: 1, else: { $dynamicRef: "#a" } }, [
      "/else/$dynamicRef",
      "/if/type",
      "/then",
    ]],
  ];
  for (const [schema, expected] of cases) {
    assertEquals([...paths(schema)].sort(), [...expected].sort(), JSON.stringify(schema));
  }
});

Deno.test("depth is bounded", () => {
  let deep: unknown = { type: "string" };
  for (let i = 0; i < 50_000; i++) deep = { not: deep };
  assertEquals(checkSchema(deep).length, 1);
});

Deno.test("hostile values inside a message cannot exhaust the stack", () => {
  const deep: unknown = JSON.parse("[".repeat(50_000) + "]".repeat(50_000));
  assertEquals(paths({ type: [deep] }), ["/type"]);
  assertEquals(paths({ format: deep }), ["/format"]);
});

Deno.test("a schema that does not compile is a problem", () => {
  const broken: readonly object[] = [
    { minimum: "1" },
    { minLength: -1 },
    { multipleOf: 0 },
    { maxItems: 1.5 },
    { uniqueItems: "yes" },
    { dependentRequired: { a: "b" } },
    { required: ["a", "a"] },
    { type: [] },
    { $schema: "https://example.com/unknown" },
    { $id: 3 },
    { $anchor: "1 2" },
    { contains: true, minContains: -1 },
    { $defs: { a: 3 } },
    { dependencies: { a: 3 } },
  ];
  const accepted = broken.filter((schema) => {
    if (checkSchema(schema).length > 0) return false;
    try {
      validatorOf(schema).check({ a: 1 });
      return false;
    } catch {
      return true;
    }
  });
  assertEquals(accepted, []);
});
