import { Type } from "@sinclair/typebox";
import { breaks, type Change, oneWay, safe, same, unproved } from "./change.ts";

const text = Type.String();
const record = (value: object) => ({ type: "object", patternProperties: { "^(.*)$": value } });

/** Changes of records, lists and tuples. */
export const RECORDS_AND_LISTS: readonly Change[] = [
  same("a record that stays", Type.Record(text, text), Type.Record(text, text)),
  ...oneWay(
    "a record of more",
    Type.Record(text, Type.Integer()),
    Type.Record(text, Type.Number()),
    "schema.type.narrowed",
  ),
  ...oneWay(
    "a record with longer texts",
    Type.Record(text, Type.String({ maxLength: 5 })),
    Type.Record(text, Type.String({ maxLength: 50 })),
    "schema.length.narrowed",
  ),
  ...oneWay(
    "a record of anything",
    Type.Record(text, text),
    Type.Record(text, Type.Unknown()),
    "schema.type.narrowed",
  ),
  safe("a record to an open object", Type.Record(text, text), Type.Object({})),
  breaks("an open object to a record", Type.Object({}), record(text), "schema.properties.closed"),
  breaks(
    "declared members of another type than the record",
    Type.Object({ a: Type.Number() }, { additionalProperties: false }),
    record(text),
    "schema.type.narrowed",
  ),
  safe(
    "declared members of the type of the record",
    Type.Object({ a: text }, { additionalProperties: false }),
    record(text),
  ),
  breaks(
    "a record with a declared member of another type",
    record(text),
    { ...record(text), properties: { a: { type: "number" } } },
    "schema.type.narrowed",
  ),
  safe("a record as additional properties", record(text), {
    type: "object",
    additionalProperties: text,
  }),
  safe(
    "additional properties as a record",
    { type: "object", additionalProperties: text },
    record(text),
  ),
  ...oneWay(
    "a record with more names",
    Type.Record(Type.String({ pattern: "^a" }), text, { additionalProperties: false }),
    Type.Record(Type.String({ pattern: "^[ab]" }), text, { additionalProperties: false }),
    "schema.properties.closed",
  ),
  safe(
    "more names of an open record",
    Type.Record(Type.String({ pattern: "^[a-z]+$" }), Type.Integer()),
    Type.Record(Type.String({ pattern: "^[a-zA-Z]+$" }), Type.Number()),
  ),
  breaks(
    "more names of an open record, with values of another type",
    Type.Record(Type.String({ pattern: "^[a-z]+$" }), text),
    Type.Record(Type.String({ pattern: "^[a-zA-Z]+$" }), Type.Number()),
    "schema.type.narrowed",
  ),
  breaks(
    "other names of an open record",
    Type.Record(Type.String({ pattern: "^[a-z]+$" }), text),
    Type.Record(Type.String({ pattern: "^[b-zA-Z]+$" }), text),
    "schema.properties.closed",
  ),
  safe(
    "another pattern for other names",
    { type: "object", patternProperties: { "^a": text }, additionalProperties: false },
    {
      type: "object",
      patternProperties: { "^a": text, "^b": { type: "number" } },
      additionalProperties: false,
    },
  ),
  breaks(
    "another pattern for the same names",
    { type: "object", patternProperties: { "^a": text }, additionalProperties: false },
    {
      type: "object",
      patternProperties: { "^a": text, "b$": { type: "number" } },
      additionalProperties: false,
    },
    "schema.type.narrowed",
  ),
  same(
    "a record by literals",
    Type.Record(Type.Union([Type.Literal("a"), Type.Literal("b")]), text),
    Type.Object({ a: text, b: text }),
  ),
  ...oneWay(
    "a list of more",
    Type.Array(Type.Integer()),
    Type.Array(Type.Number()),
    "schema.type.narrowed",
  ),
  ...oneWay(
    "a longer list",
    Type.Array(text, { maxItems: 5 }),
    Type.Array(text, { maxItems: 50 }),
    "schema.size.narrowed",
  ),
  ...oneWay(
    "an empty list too",
    Type.Array(text, { minItems: 1 }),
    Type.Array(text),
    "schema.size.narrowed",
  ),
  ...oneWay(
    "a list with repetitions",
    Type.Array(text, { uniqueItems: true }),
    Type.Array(text),
    "schema.items.narrowed",
  ),
  safe(
    "at most one item does not repeat",
    Type.Array(text, { maxItems: 1 }),
    Type.Array(text, { uniqueItems: true }),
  ),
  breaks("a list of items to one item", Type.Array(text), text, "schema.type.narrowed"),
  breaks("an item to a list", text, Type.Array(text), "schema.type.narrowed"),
  safe("an item to an item or a list", text, Type.Union([text, Type.Array(text)])),
  breaks(
    "items get a property",
    Type.Array(Type.Object({ a: text })),
    Type.Array(Type.Object({ a: text, b: text })),
    "schema.required.added",
  ),
  safe(
    "items get an optional property",
    Type.Array(Type.Object({ a: text })),
    Type.Array(Type.Object({ a: text, b: Type.Optional(text) })),
  ),
  ...oneWay(
    "a list of anything",
    Type.Array(text),
    Type.Array(Type.Unknown()),
    "schema.type.narrowed",
  ),
  ...oneWay(
    "a tuple with a wider place",
    Type.Tuple([text, Type.Integer()]),
    Type.Tuple([text, Type.Number()]),
    "schema.type.narrowed",
  ),
  breaks(
    "a tuple with one more place",
    Type.Tuple([text]),
    Type.Tuple([text, text]),
    "schema.size.narrowed",
  ),
  breaks(
    "a tuple with one place less",
    Type.Tuple([text, text]),
    Type.Tuple([text]),
    "schema.size.narrowed",
    "schema.items.narrowed",
  ),
  safe("a tuple to a list", Type.Tuple([text, text]), Type.Array(text)),
  breaks(
    "a list to a tuple",
    Type.Array(text),
    Type.Tuple([text, text]),
    "schema.size.narrowed",
    "schema.items.narrowed",
  ),
  safe(
    "a list of a fixed size to a tuple",
    Type.Array(text, { minItems: 2, maxItems: 2 }),
    Type.Tuple([text, text]),
  ),
  breaks(
    "a tuple with its places exchanged",
    Type.Tuple([text, Type.Number()]),
    Type.Tuple([Type.Number(), text]),
    "schema.type.narrowed",
  ),
  safe(
    "a tuple with optional places at the end",
    { type: "array", items: [text], additionalItems: false, minItems: 1 },
    { type: "array", items: [text, text], additionalItems: false, minItems: 1 },
  ),
  ...oneWay(
    "the rest of a tuple takes more",
    { type: "array", items: [text], additionalItems: { type: "integer" } },
    { type: "array", items: [text], additionalItems: { type: "number" } },
    "schema.type.narrowed",
  ),
  breaks(
    "a tuple is closed",
    { type: "array", items: [text] },
    { type: "array", items: [text], additionalItems: false },
    "schema.items.narrowed",
  ),
  ...oneWay(
    "an item is no longer demanded",
    Type.Array(text, { contains: Type.Literal("a") }),
    Type.Array(text),
    "schema.items.narrowed",
  ),
  safe(
    "fewer items are demanded",
    Type.Array(text, { contains: Type.Literal("a"), minContains: 2 }),
    Type.Array(text, { contains: Type.Literal("a") }),
  ),
  safe(
    "every item is the demanded one",
    Type.Array(Type.Literal("a"), { minItems: 1 }),
    Type.Array(text, { contains: Type.Literal("a") }),
  ),
  unproved(
    "items that no keyword checked",
    Type.Array(text),
    { type: "array", items: [text], unevaluatedItems: text },
    "schema.unproved",
  ),
];
