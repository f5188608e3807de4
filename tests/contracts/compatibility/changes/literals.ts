import { Type } from "@sinclair/typebox";
import { breaks, type Change, oneWay, safe, same } from "./change.ts";

const literals = (...values: readonly (string | number)[]) =>
  Type.Union(values.map((value) => Type.Literal(value)));

/** Changes of constants and lists of values. */
export const LITERALS: readonly Change[] = [
  ...oneWay(
    "a new value in a list",
    { enum: ["new", "paid"] },
    { enum: ["new", "paid", "sent"] },
    "schema.enum.narrowed",
  ),
  ...oneWay(
    "a new literal in a union",
    literals("new", "paid"),
    literals("new", "paid", "sent"),
    "schema.enum.narrowed",
  ),
  ...oneWay(
    "a constant to a list",
    Type.Literal("a"),
    { enum: ["a", "b"] },
    "schema.enum.narrowed",
  ),
  ...oneWay(
    "a constant to a union of literals",
    Type.Literal("a"),
    literals("a", "b"),
    "schema.enum.narrowed",
  ),
  safe("a list is a union of literals", { enum: ["a", "b"] }, literals("a", "b")),
  safe("a union of literals is a list", literals("a", "b"), { enum: ["b", "a"] }),
  safe("a constant is a list of one", { const: 1 }, { enum: [1] }),
  same("values in another order", { enum: ["a", "b", 1] }, { enum: [1, "b", "a"] }),
  same("literals in another order", literals("a", "b"), literals("b", "a")),
  ...oneWay(
    "any text in place of a list",
    { enum: ["a", "b"] },
    Type.String(),
    "schema.enum.narrowed",
  ),
  safe("values with a type to the type", { type: "string", enum: ["a", "b"] }, Type.String()),
  breaks(
    "a list of values in place of short texts",
    Type.String({ maxLength: 1 }),
    { enum: ["a", "b"] },
    "schema.enum.narrowed",
  ),
  safe(
    "numbers in a list to a range",
    { enum: [1, 2, 3] },
    Type.Integer({ minimum: 1, maximum: 3 }),
  ),
  safe(
    "a range to a union of all its integers",
    Type.Integer({ minimum: 0, maximum: 2 }),
    Type.Union([Type.Literal(0), Type.Literal(1), Type.Literal(2)]),
  ),
  safe("all integers to literals and ranges", Type.Integer({ minimum: 0 }), {
    anyOf: [{ const: 0 }, { enum: [1, 2] }, { type: "integer", exclusiveMinimum: 2 }],
  }),
  safe("two ranges of integers side by side", Type.Integer({ minimum: 0, maximum: 10 }), {
    oneOf: [{ maximum: 5 }, { type: "integer", minimum: 6 }],
  }),
  breaks(
    "a range to a union without one of its integers",
    Type.Integer({ minimum: 0, maximum: 2 }),
    Type.Union([Type.Literal(0), Type.Literal(2)]),
    "schema.enum.narrowed",
  ),
  safe("a range to all its integers", Type.Integer({ minimum: 1, maximum: 3 }), {
    enum: [0, 1, 2, 3],
  }),
  breaks(
    "a range to some of its integers",
    Type.Integer({ minimum: 1, maximum: 3 }),
    { enum: [1, 3] },
    "schema.enum.narrowed",
  ),
  breaks(
    "a range that a listed value is out of",
    { enum: [1, 2, 30] },
    Type.Integer({ maximum: 3 }),
    "schema.range.narrowed",
  ),
  breaks(
    "a length that a listed value is over",
    { enum: ["ab", "abcdef"] },
    Type.String({ maxLength: 3 }),
    "schema.length.narrowed",
  ),
  breaks(
    "a pattern that a listed value has not",
    { enum: ["ab", "AB"] },
    Type.String({ pattern: "^[a-z]+$" }),
    "schema.pattern.changed",
  ),
  breaks(
    "a format that a literal has not",
    Type.Literal("today"),
    Type.String({ format: "date" }),
    "schema.format.changed",
  ),
  breaks("values of another type", { enum: ["1", "2"] }, { enum: [1, 2] }, "schema.enum.narrowed"),
  breaks(
    "a type that some values have not",
    { enum: ["a", 1] },
    Type.String(),
    "schema.type.narrowed",
  ),
  breaks("another constant", Type.Literal(1), Type.Literal(2), "schema.enum.narrowed"),
  safe("1 and 1.0 are one", { const: 1.0 }, Type.Integer()),
  ...oneWay("one truth to both", Type.Literal(true), Type.Boolean(), "schema.enum.narrowed"),
  safe(
    "both truths as literals",
    Type.Boolean(),
    Type.Union([
      Type.Literal(true),
      Type.Literal(false),
    ]),
  ),
  safe("null as a constant", Type.Null(), { const: null }),
  ...oneWay(
    "a list of values and null",
    { enum: ["a", "b"] },
    { enum: ["a", "b", null] },
    "schema.enum.narrowed",
  ),
  ...oneWay(
    "an object as a constant to the object",
    { const: { kind: "none" } },
    Type.Object({ kind: Type.String() }),
    "schema.enum.narrowed",
  ),
  breaks(
    "an object as a constant to another object",
    { const: { kind: "none" } },
    Type.Object({ kind: Type.Number() }),
    "schema.enum.narrowed",
  ),
  breaks(
    "an object as a constant that lacks a property",
    { const: { kind: "none" } },
    Type.Object({ kind: Type.String(), at: Type.Number() }),
    "schema.required.added",
  ),
  safe("a list as a constant", { const: [1, 2] }, Type.Array(Type.Integer())),
  safe("forbidden values that are not listed", { enum: ["a"] }, { not: { const: "b" } }),
  safe("values that a condition lets through", { enum: ["a", "bb"] }, {
    type: "string",
    if: { maxLength: 1 },
    then: { pattern: "^a" },
    else: { pattern: "^b" },
  }),
  breaks(
    "a value that a condition refuses",
    { enum: ["a", "bb"] },
    { type: "string", if: { maxLength: 1 }, then: { pattern: "^c" } },
    "schema.forbidden",
  ),
];
