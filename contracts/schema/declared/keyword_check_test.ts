import { assertEquals } from "@std/assert";
import { Type } from "@sinclair/typebox";
import { checkKeywords } from "./keyword_check.ts";

/** The path of each keyword that is reported, with what was probably meant. */
function found(schema: unknown): readonly string[] {
  return checkKeywords(schema).map(({ path, fix }) => {
    const meant = /^did you mean (\w+)\?/.exec(fix)?.[1];
    return meant === undefined ? path : `${path} ${meant}`;
  });
}

Deno.test("a misspelt keyword is reported with the one that was meant", () => {
  const cases: Readonly<Record<string, string>> = {
    minLenght: "minLength",
    maxlength: "maxLength",
    additionalproperties: "additionalProperties",
    additonalProperties: "additionalProperties",
    requierd: "required",
    require: "required",
    propertys: "properties",
    enums: "enum",
    patern: "pattern",
    desciption: "description",
    readonly: "readOnly",
  };
  for (const [keyword, meant] of Object.entries(cases)) {
    assertEquals(found({ [keyword]: 1 }), [`/${keyword} ${meant}`]);
  }
});

Deno.test("every place where a schema stands is looked at, and no other", () => {
  const typo = { minLenght: 3 };
  assertEquals(
    found({
      properties: { a: typo, minLenght: {} },
      items: [typo],
      anyOf: [{ not: typo }],
      default: typo,
      const: typo,
      enum: [typo],
      examples: [typo],
    }).toSorted(),
    [
      "/anyOf/0/not/minLenght minLength",
      "/items/0/minLenght minLength",
      "/properties/a/minLenght minLength",
    ],
  );
});

Deno.test("a keyword that another draft or tool checks is reported", () => {
  assertEquals(found({ type: "array", prefixItems: [{ type: "integer" }] }), ["/prefixItems"]);
  assertEquals(found({ format: "date", formatMinimum: "2000-01-01" }), ["/formatMinimum"]);
});

Deno.test("annotations are allowed, whoever made their names", () => {
  const schema = {
    $id: "a",
    $comment: "c",
    title: "t",
    description: "d",
    default: 1,
    deprecated: true,
    readOnly: true,
    writeOnly: true,
    examples: [],
    example: 1,
    contentEncoding: "base64",
    contentMediaType: "image/png",
    discriminator: { propertyName: "kind" },
    externalDocs: {},
    xml: {},
    errorMessage: "m",
    unit: "m",
    "x-minLenght": 1,
    id: "i",
    ui: {},
  };
  assertEquals(found(schema), []);
});

Deno.test("what TypeBox writes is known", () => {
  const all = Type.Object({
    a: Type.Union([Type.Literal("x"), Type.Null()]),
    b: Type.Tuple([Type.String({ format: "date", minLength: 1 }), Type.Integer({ minimum: 0 })]),
    c: Type.Record(
      Type.String({ pattern: "^a" }),
      Type.Array(Type.Number(), { uniqueItems: true }),
    ),
    d: Type.Intersect([Type.Object({}), Type.Object({})], { unevaluatedProperties: false }),
    e: Type.Not(Type.String()),
    f: Type.TemplateLiteral("a${string}"),
    g: Type.Array(Type.Any(), { contains: Type.String(), minContains: 1, maxContains: 2 }),
    h: Type.Enum({ A: "a", B: "b" }),
  }, { additionalProperties: false });
  assertEquals(found(JSON.parse(JSON.stringify(all))), []);
});
