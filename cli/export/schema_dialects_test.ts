import { assertEquals } from "@std/assert";
import { paramNames } from "./asyncapi_stored.ts";
import { isDraft07, toDraft07, toDraft2020 } from "./schema_dialects.ts";

Deno.test("schemas are written in the words of the draft", () => {
  const text = { type: "string" };
  const cases = [
    [true, true, true],
    [{ type: "string", nullable: true }, { type: ["string", "null"] }, {
      type: ["string", "null"],
    }],
    [{ type: ["string", "null"], nullable: true }, { type: ["string", "null"] }, {
      type: ["string", "null"],
    }],
    [{ nullable: true }, {}, {}],
    [{ items: [text], additionalItems: false }, { items: [text], additionalItems: false }, {
      prefixItems: [text],
      items: false,
    }],
    [{ items: [text] }, { items: [text] }, { prefixItems: [text] }],
    [{ items: [], additionalItems: text }, { items: [], additionalItems: text }, { items: text }],
    [{ items: text, additionalItems: false }, { items: text, additionalItems: false }, {
      items: text,
    }],
    // What is data stays as it is.
    [{ const: { nullable: true, items: [] } }, { const: { nullable: true, items: [] } }, {
      const: { nullable: true, items: [] },
    }],
    [
      { anyOf: [{ properties: { nullable: { items: [text] } } }] },
      { anyOf: [{ properties: { nullable: { items: [text] } } }] },
      { anyOf: [{ properties: { nullable: { prefixItems: [text] } } }] },
    ],
  ] as const;
  for (const [schema, draft07, draft2020] of cases) {
    assertEquals(toDraft07(schema), draft07);
    assertEquals(toDraft2020(schema), draft2020);
  }
});

Deno.test("what draft 07 cannot say is found wherever it stands", () => {
  assertEquals(isDraft07({ properties: { dependentRequired: { type: "string" } } }), true);
  assertEquals(isDraft07({ properties: { a: { dependentRequired: { b: ["c"] } } } }), false);
  assertEquals(isDraft07({ allOf: [{}, { unevaluatedProperties: false }] }), false);
  assertEquals(isDraft07({ items: [{ minContains: 2 }] }), false);
});

Deno.test("params of events get names that documents allow, each once", () => {
  assertEquals(paramNames(["/a", "/b/c", "/b_c", "", "/ä"]), ["a", "b_c", "b_c_3", "value", "_"]);
});
