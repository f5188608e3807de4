import { Type } from "@sinclair/typebox";
import { breaks, type Change, safe, same, unproved, words } from "./change.ts";

const meters = Type.Number({ "x-unit": "m" });
const base64 = Type.String({ contentEncoding: "base64" });

/** Changes of words, of meaning, and of what is not understood. */
export const MEANING: readonly Change[] = [
  words("a title", Type.String(), Type.String({ title: "Name" })),
  words("another title", Type.String({ title: "Name" }), Type.String({ title: "Full name" })),
  words("a description goes away", Type.String({ description: "x" }), Type.String()),
  words("examples", Type.String(), Type.String({ examples: ["a", "b"] })),
  words("a comment", Type.String(), { type: "string", $comment: "see above" }),
  words("deprecated", Type.String(), Type.String({ deprecated: true })),
  words("read only", Type.String(), Type.String({ readOnly: true })),
  words("write only", Type.String(), Type.String({ writeOnly: true })),
  words("another default", Type.Number({ default: 1 }), Type.Number({ default: 2 })),
  words("another title in a union", Type.Union([Type.String({ title: "a" }), Type.Null()]), {
    anyOf: [{ type: "string", title: "b" }, { type: "null" }],
  }),
  same("the same unit", meters, Type.Number({ "x-unit": "m" })),
  breaks("another unit", meters, Type.Number({ "x-unit": "ft" }), "schema.meaning.changed"),
  breaks("a unit where was none", Type.Number(), meters, "schema.meaning.changed"),
  breaks("no unit any more", meters, Type.Number(), "schema.meaning.changed"),
  breaks("no unit any more, and anything", meters, true, "schema.meaning.changed"),
  breaks(
    "another unit deep down",
    Type.Object({ size: Type.Array(meters) }),
    Type.Object({ size: Type.Array(Type.Number({ "x-unit": "cm" })) }),
    "schema.meaning.changed",
  ),
  breaks(
    "another unit, and fewer numbers",
    meters,
    Type.Number({ "x-unit": "ft", minimum: 0 }),
    "schema.meaning.changed",
    "schema.range.narrowed",
  ),
  safe("the same unit, and null", meters, Type.Union([meters, Type.Null()])),
  safe("the same unit, and more numbers", Type.Integer({ "x-unit": "m" }), meters),
  safe("the unit around a union", meters, {
    anyOf: [{ type: "number" }, { type: "null" }],
    "x-unit": "m",
  }),
  safe("the unit in an intersection", meters, {
    allOf: [{ type: "number" }, { "x-unit": "m" }],
  }),
  breaks(
    "another encoding",
    base64,
    { type: "string", contentEncoding: "base16" },
    "schema.meaning.changed",
  ),
  breaks("plain text is encoded", Type.String(), base64, "schema.meaning.changed"),
  safe("plain text or encoded", Type.String(), Type.Union([base64, Type.String()])),
  breaks(
    "another media type",
    Type.String({ contentMediaType: "image/png" }),
    Type.String({ contentMediaType: "image/webp" }),
    "schema.meaning.changed",
  ),
  breaks(
    "another schema of the content",
    { type: "string", contentMediaType: "application/json", contentSchema: { type: "object" } },
    { type: "string", contentMediaType: "application/json", contentSchema: { type: "array" } },
    "schema.meaning.changed",
  ),
  same(
    "a reference that stays",
    { type: "object", properties: { next: { $ref: "#" } } },
    { properties: { next: { $ref: "#" } }, type: "object" },
  ),
  unproved(
    "a reference where all else is wider",
    { type: "object", properties: { next: { $ref: "#" }, n: { type: "integer" } } },
    { type: "object", properties: { next: { $ref: "#" }, n: { type: "number" } } },
    "schema.unproved",
  ),
  unproved("an unknown format", { type: "string" }, {
    type: "string",
    format: "iban",
  }, "schema.unproved"),
  unproved("a type that JSON has not", { type: "string" }, { type: "Date" }, "schema.unproved"),
  unproved(
    "a broken pattern",
    { type: "string" },
    { type: "string", pattern: "(" },
    "schema.unproved",
  ),
];
