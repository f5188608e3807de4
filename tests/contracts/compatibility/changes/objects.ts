import { Type } from "@sinclair/typebox";
import { breaks, type Change, oneWay, safe, same, words } from "./change.ts";

const id = Type.String();
const closed = { additionalProperties: false };
const order = Type.Object({ id, total: Type.Number() });

/** Changes of objects and their properties. */
export const OBJECTS: readonly Change[] = [
  same("members in another order", order, Type.Object({ total: Type.Number(), id })),
  same(
    "required in another order",
    order,
    { ...Type.Object({ total: Type.Number(), id }), required: ["total", "id"] },
  ),
  safe(
    "a new optional property",
    order,
    Type.Object({
      ...order.properties,
      note: Type.Optional(Type.String()),
    }),
  ),
  breaks(
    "a new required property",
    order,
    Type.Object({ ...order.properties, note: Type.String() }),
    "schema.required.added",
  ),
  breaks(
    "two new required properties",
    order,
    Type.Object({ ...order.properties, note: Type.String(), at: Type.String() }),
    "schema.required.added",
  ),
  ...oneWay(
    "a required property becomes optional",
    Type.Object({ id }),
    Type.Object({ id: Type.Optional(id) }),
    "schema.required.added",
  ),
  safe("a property of an open object is no longer declared", order, Type.Object({ id })),
  breaks(
    "a property of a closed object is removed",
    Type.Object(order.properties, closed),
    Type.Object({ id }, closed),
    "schema.properties.closed",
  ),
  safe(
    "a new optional property of a closed object",
    Type.Object({ id }, closed),
    Type.Object({ id, note: Type.Optional(Type.String()) }, closed),
  ),
  breaks(
    "an open object is closed",
    Type.Object({ id }),
    Type.Object({ id }, closed),
    "schema.properties.closed",
  ),
  safe("a closed object is opened", Type.Object({ id }, closed), Type.Object({ id })),
  safe(
    "additional properties of a type are opened",
    Type.Object({ id }, { additionalProperties: Type.String() }),
    Type.Object({ id }),
  ),
  breaks(
    "additional properties get a type",
    Type.Object({ id }),
    Type.Object({ id }, { additionalProperties: Type.String() }),
    "schema.properties.closed",
  ),
  ...oneWay(
    "additional properties of more types",
    Type.Object({ id }, { additionalProperties: Type.String() }),
    Type.Object({ id }, { additionalProperties: Type.Union([Type.String(), Type.Number()]) }),
    "schema.type.narrowed",
  ),
  safe("additional properties are named", Type.Object({ id }), {
    ...Type.Object({ id }),
    additionalProperties: true,
  }),
  breaks(
    "a new property where others were declared with another type",
    Type.Object({ id }, { additionalProperties: Type.String() }),
    Type.Object({ id, note: Type.Optional(Type.Number()) }, {
      additionalProperties: Type.String(),
    }),
    "schema.type.narrowed",
  ),
  safe(
    "a new property of the type of the others",
    Type.Object({ id }, { additionalProperties: Type.String() }),
    Type.Object({ id, note: Type.Optional(Type.String()) }, {
      additionalProperties: Type.String(),
    }),
  ),
  ...oneWay(
    "a property takes more",
    Type.Object({ id: Type.String({ maxLength: 10 }) }),
    Type.Object({ id: Type.String({ maxLength: 20 }) }),
    "schema.length.narrowed",
  ),
  ...oneWay(
    "a property is nullable",
    Type.Object({ id }),
    Type.Object({ id: Type.Union([id, Type.Null()]) }),
    "schema.type.narrowed",
  ),
  ...oneWay(
    "an optional property is nullable",
    Type.Object({ at: Type.Optional(Type.Integer()) }),
    Type.Object({ at: Type.Optional(Type.Union([Type.Integer(), Type.Null()])) }),
    "schema.type.narrowed",
  ),
  breaks(
    "an optional property changes its type",
    Type.Object({ at: Type.Optional(Type.Integer()) }),
    Type.Object({ at: Type.Optional(Type.String()) }),
    "schema.type.narrowed",
  ),
  breaks(
    "a renamed property",
    Type.Object({ customer: id }),
    Type.Object({ client: id }),
    "schema.required.added",
  ),
  breaks(
    "a renamed property of a closed object",
    Type.Object({ customer: id }, closed),
    Type.Object({ client: id }, closed),
    "schema.required.added",
    "schema.properties.closed",
  ),
  breaks(
    "a property is forbidden",
    Type.Object({ id, old: Type.Optional(id) }),
    Type.Object({ id, old: Type.Optional(Type.Never()) }),
    "schema.forbidden",
  ),
  safe(
    "an undeclared property is forbidden",
    Type.Object({ id }),
    { ...Type.Object({ id }), properties: { id, old: false } },
  ),
  ...oneWay(
    "deep down, a property takes more",
    Type.Object({ a: Type.Object({ b: Type.Object({ c: Type.Integer() }) }) }),
    Type.Object({ a: Type.Object({ b: Type.Object({ c: Type.Number() }) }) }),
    "schema.type.narrowed",
  ),
  breaks(
    "deep down, a new required property",
    Type.Object({ a: Type.Object({ b: Type.Object({}) }) }),
    Type.Object({ a: Type.Object({ b: Type.Object({ c: id }) }) }),
    "schema.required.added",
  ),
  breaks(
    "several things at once",
    Type.Object({ id, n: Type.Number(), s: Type.String() }),
    Type.Object({ id, n: Type.Integer(), s: Type.String({ maxLength: 2 }), x: Type.Null() }),
    "schema.required.added",
    "schema.type.narrowed",
    "schema.length.narrowed",
  ),
  ...oneWay(
    "fewer members are enough",
    Type.Object({}, { minProperties: 2 }),
    Type.Object({}, { minProperties: 1 }),
    "schema.size.narrowed",
  ),
  ...oneWay(
    "more members are taken",
    Type.Object({}, { maxProperties: 2 }),
    Type.Object({}, { maxProperties: 5 }),
    "schema.size.narrowed",
  ),
  safe("required members are enough members", order, { ...order, minProperties: 2 }),
  safe(
    "a closed object has few members anyway",
    Type.Object(order.properties, closed),
    { ...Type.Object(order.properties, closed), maxProperties: 2 },
  ),
  breaks(
    "names get a pattern",
    Type.Object({}),
    { type: "object", propertyNames: { pattern: "^[a-z]+$" } },
    "schema.properties.closed",
  ),
  safe(
    "names that fit the pattern of a closed object",
    Type.Object({ id }, closed),
    { ...Type.Object({ id }, closed), propertyNames: { pattern: "^[a-z]+$" } },
  ),
  safe(
    "names get a wider pattern",
    { type: "object", propertyNames: { pattern: "^[a-z]+$" } },
    { type: "object", propertyNames: { pattern: "^[a-z0-9]+$" } },
  ),
  safe(
    "names from a list are the properties",
    { type: "object", propertyNames: { enum: ["a", "b"] }, additionalProperties: Type.String() },
    Type.Object({ a: Type.Optional(Type.String()), b: Type.Optional(Type.String()) }, closed),
  ),
  ...oneWay(
    "a property is no longer needed with another",
    { type: "object", properties: { a: id, b: id }, dependentRequired: { a: ["b"] } },
    { type: "object", properties: { a: id, b: id } },
    "schema.required.added",
  ),
  safe(
    "a property that is required anyway is needed with another",
    Type.Object({ a: Type.Optional(id), b: id }),
    { ...Type.Object({ a: Type.Optional(id), b: id }), dependentRequired: { a: ["b"] } },
  ),
  breaks(
    "a property brings a schema",
    { type: "object", properties: { a: id, b: id } },
    {
      type: "object",
      properties: { a: id, b: id },
      dependentSchemas: { a: { properties: { b: { maxLength: 2 } } } },
    },
    "schema.length.narrowed",
  ),
  safe("an object to anything", order, Type.Unknown()),
  breaks(
    "anything to an object",
    Type.Unknown(),
    order,
    "schema.type.narrowed",
    "schema.required.added",
  ),
  breaks("an object to a list", order, Type.Array(order), "schema.type.narrowed"),
  words(
    "a property is described",
    Type.Object({ id }),
    Type.Object({ id: Type.String({ description: "the id" }) }),
  ),
  words("a default", Type.Object({ id }), Type.Object({ id: Type.String({ default: "x" }) })),
  safe(
    "properties named after inherited members",
    Type.Object({}),
    Type.Object({
      constructor: Type.Optional(Type.String()),
      toString: Type.Optional(Type.String()),
      valueOf: Type.Optional(Type.Number()),
    }),
  ),
  breaks(
    "an inherited name becomes required",
    Type.Object({}),
    Type.Object({ constructor: Type.String() }),
    "schema.required.added",
  ),
  breaks(
    "a member named constructor changes its type",
    Type.Object({ constructor: Type.String(), valueOf: Type.Number() }),
    Type.Object({ constructor: Type.Number(), valueOf: Type.Number() }),
    "schema.type.narrowed",
  ),
  breaks(
    "the member __proto__ becomes required",
    Type.Object({}),
    { type: "object", required: ["__proto__"] },
    "schema.required.added",
  ),
];
