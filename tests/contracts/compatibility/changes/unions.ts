import { type TProperties, type TSchema, Type } from "@sinclair/typebox";
import { breaks, type Change, oneWay, safe, same, unproved } from "./change.ts";

const text = Type.String();
const card = Type.Object({ kind: Type.Literal("card"), number: text });
const cash = Type.Object({ kind: Type.Literal("cash") });
const bill = Type.Object({ kind: Type.Literal("bill"), due: text });
const closed = { additionalProperties: false };

/** Members that all objects have, and those of the alternatives; nothing else. */
function closedIntersection(all: TProperties, alternatives: readonly TProperties[]): TSchema {
  const union = Type.Union(alternatives.map((properties) => Type.Object(properties)));
  return Type.Intersect([Type.Object(all), union], { unevaluatedProperties: false });
}

/** Changes of unions, intersections, exclusions and conditions. */
export const UNIONS: readonly Change[] = [
  same("alternatives in another order", Type.Union([card, cash]), Type.Union([cash, card])),
  safe("a new alternative", Type.Union([card, cash]), Type.Union([card, cash, bill])),
  safe("one object to a union with it", card, Type.Union([cash, card])),
  breaks(
    "an alternative is removed",
    Type.Union([card, cash, bill]),
    Type.Union([card, cash]),
    "schema.variant.removed",
  ),
  breaks("a union to one of its objects", Type.Union([card, cash]), card, "schema.variant.removed"),
  safe(
    "an alternative gets an optional property",
    Type.Union([card, cash]),
    Type.Union([Type.Object({ ...card.properties, name: Type.Optional(text) }), cash]),
  ),
  breaks(
    "an alternative gets a required property",
    Type.Union([card, cash]),
    Type.Union([Type.Object({ ...card.properties, name: text }), cash]),
    "schema.required.added",
  ),
  breaks(
    "a property of an alternative takes less",
    Type.Union([card, cash]),
    Type.Union([
      cash,
      Type.Object({ kind: Type.Literal("card"), number: Type.String({ maxLength: 4 }) }),
    ]),
    "schema.length.narrowed",
  ),
  breaks(
    "an alternative gets another name",
    Type.Union([card, cash]),
    Type.Union([card, Type.Object({ kind: Type.Literal("coins") })]),
    "schema.variant.removed",
  ),
  safe("two alternatives are one", Type.Union([card, cash]), Type.Object({ kind: text })),
  safe(
    "one object is two alternatives",
    Type.Object({ kind: { enum: ["a", "b"] } as never }),
    Type.Union([
      Type.Object({ kind: Type.Literal("a") }),
      Type.Object({ kind: Type.Literal("b") }),
    ]),
  ),
  safe(
    "a member of two types is two alternatives",
    Type.Object({ value: Type.Union([text, Type.Number()]) }),
    Type.Union([Type.Object({ value: text }), Type.Object({ value: Type.Number() })]),
  ),
  breaks(
    "one object is some alternatives",
    Type.Object({ kind: { enum: ["a", "b", "c"] } as never }),
    Type.Union([
      Type.Object({ kind: Type.Literal("a") }),
      Type.Object({ kind: Type.Literal("b") }),
    ]),
    "schema.enum.narrowed",
  ),
  ...oneWay("text or number", text, Type.Union([text, Type.Number()]), "schema.type.narrowed"),
  breaks(
    "a type of a union is removed",
    Type.Union([text, Type.Number(), Type.Boolean()]),
    Type.Union([text, Type.Boolean()]),
    "schema.variant.removed",
  ),
  breaks(
    "null of a union is removed",
    Type.Union([text, Type.Number(), Type.Null()]),
    Type.Union([text, Type.Number()]),
    "schema.variant.removed",
  ),
  safe("a union is a list of types", Type.Union([text, Type.Null()]), { type: ["string", "null"] }),
  safe("a list of types is a union", { type: ["string", "null"] }, Type.Union([text, Type.Null()])),
  safe("integer or number is number", Type.Union([Type.Integer(), Type.Number()]), Type.Number()),
  safe(
    "a union in a union",
    Type.Union([text, Type.Number()]),
    Type.Union([
      Type.Union([Type.Number(), Type.Null()]),
      text,
    ]),
  ),
  safe("a union of one", Type.Union([text, Type.Null()]), {
    anyOf: [{ anyOf: [{ type: "null" }, { type: "string" }] }],
  }),
  safe("anyOf in place of oneOf", { oneOf: [card, cash] }, Type.Union([card, cash])),
  safe("oneOf in place of anyOf, distinguished by a member", Type.Union([card, cash]), {
    oneOf: [card, cash],
  }),
  safe("oneOf by type", Type.Union([text, Type.Null()]), {
    oneOf: [{ type: "null" }, { type: "string" }],
  }),
  breaks(
    "oneOf with alternatives that are not apart",
    Type.Union([text, Type.Number()]),
    { oneOf: [text, Type.Number(), Type.String({ maxLength: 3 })] },
    "schema.variant.removed",
  ),
  safe("a new alternative of oneOf", { oneOf: [card, cash] }, { oneOf: [bill, cash, card] }),
  safe(
    "a wider alternative of oneOf",
    { oneOf: [card, cash] },
    { oneOf: [Type.Object({ ...card.properties, name: Type.Optional(text) }), cash] },
  ),
  same("oneOf in another order", { oneOf: [card, cash] }, { oneOf: [cash, card] }),
  safe(
    "an intersection is one object",
    Type.Intersect([card, Type.Object({ at: text })]),
    Type.Object({
      ...card.properties,
      at: text,
    }),
  ),
  safe(
    "one object is an intersection",
    Type.Object({ ...card.properties, at: text }),
    Type.Intersect([
      card,
      Type.Object({ at: text }),
    ]),
  ),
  breaks(
    "an intersection with one more part",
    card,
    Type.Intersect([card, Type.Object({ at: text })]),
    "schema.required.added",
  ),
  safe(
    "an intersection with one part less",
    Type.Intersect([card, Type.Object({ at: text })]),
    card,
  ),
  safe(
    "a part of an intersection gets an optional property",
    Type.Intersect([card, Type.Object({ at: text })]),
    Type.Intersect([card, Type.Object({ at: text, by: Type.Optional(text) })]),
  ),
  safe(
    "a part of a closed intersection gets an optional property",
    Type.Intersect([card, Type.Object({ at: text })], { unevaluatedProperties: false }),
    Type.Intersect([card, Type.Object({ at: text, by: Type.Optional(text) })], {
      unevaluatedProperties: false,
    }),
  ),
  breaks(
    "a part of a closed intersection loses a property",
    Type.Intersect([card, Type.Object({ at: Type.Optional(text) })], {
      unevaluatedProperties: false,
    }),
    Type.Intersect([card, Type.Object({})], { unevaluatedProperties: false }),
    "schema.properties.closed",
  ),
  breaks(
    "an intersection is closed",
    Type.Intersect([card, Type.Object({ at: text })]),
    Type.Intersect([card, Type.Object({ at: text })], { unevaluatedProperties: false }),
    "schema.properties.closed",
  ),
  safe(
    "a closed intersection is one closed object",
    Type.Intersect([card, Type.Object({ at: text })], { unevaluatedProperties: false }),
    Type.Object({ ...card.properties, at: text }, closed),
  ),
  safe(
    "a closed intersection with a union",
    Type.Intersect([Type.Object({ at: text }), Type.Union([card, cash])], {
      unevaluatedProperties: false,
    }),
    Type.Intersect([Type.Object({ at: text }), Type.Union([card, cash, bill])], {
      unevaluatedProperties: false,
    }),
  ),
  safe(
    "bounds in an intersection",
    { allOf: [{ type: "integer", minimum: 1 }, { maximum: 5 }] },
    Type.Integer({ minimum: 0, maximum: 10 }),
  ),
  safe("an impossible intersection", { allOf: [text, Type.Number()] }, Type.Boolean()),
  safe("a condition is lifted", { ...card, if: { required: ["x"] }, then: false }, card),
  safe(
    "a condition stays, and more is taken",
    { ...card, if: { required: ["x"] }, then: { required: ["y"] } },
    {
      ...Type.Object({ kind: Type.Literal("card"), number: Type.Unknown() }),
      if: { required: ["x"] },
      then: { required: ["y"] },
    },
  ),
  breaks(
    "a condition is new",
    Type.Object({ a: text, b: Type.Optional(text) }),
    {
      ...Type.Object({ a: text, b: Type.Optional(text) }),
      if: { properties: { a: { const: "x" } } },
      then: { required: ["b"] },
      else: { required: ["b"] },
    },
    "schema.required.added",
  ),
  unproved(
    "a condition that is seldom met",
    Type.Object({ a: text, b: Type.Optional(text) }),
    {
      ...Type.Object({ a: text, b: Type.Optional(text) }),
      if: { properties: { a: { const: "x" } } },
      then: { required: ["b"] },
    },
    "schema.required.added",
  ),
  safe("a condition that is never met", Type.Object({ a: Type.Literal("y") }), {
    ...Type.Object({ a: Type.Literal("y") }),
    if: { properties: { a: { const: "x" } } },
    then: { required: ["b"] },
  }),
  safe(
    "a closed intersection of a union gets an optional property",
    closedIntersection({ a: text }, [{ b: text }, { c: text }]),
    closedIntersection({ a: text, d: Type.Optional(text) }, [{ b: text }, { c: text }]),
  ),
  safe(
    "a closed intersection of a union takes more in one alternative",
    closedIntersection({ a: text }, [{ b: Type.Integer() }, { c: text }]),
    closedIntersection({ a: text }, [{ b: Type.Number() }, { c: text }, { e: text }]),
  ),
  breaks(
    "a closed intersection of a union loses an alternative",
    closedIntersection({ a: text }, [{ b: text }, { c: text }]),
    closedIntersection({ a: text }, [{ b: text }]),
    "schema.properties.closed",
    "schema.variant.removed",
  ),
  breaks(
    "a closed intersection of a union takes less where two alternatives hold",
    closedIntersection({ a: text }, [{ b: text }, { c: Type.Optional(text) }]),
    closedIntersection({ a: text }, [{ b: text }, { c: Type.Optional(Type.Number()) }]),
    "schema.properties.closed",
    "schema.type.narrowed",
  ),
  safe("an exclusion that is far away", cash, { allOf: [cash], not: card }),
  unproved("two lists of numbers meet", Type.Number({ minimum: 0, maximum: 10 }), {
    anyOf: [Type.Number({ minimum: 0, maximum: 5 }), Type.Number({ minimum: 5, maximum: 10 })],
  }, "schema.range.narrowed"),
];
