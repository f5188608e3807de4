import type { JsonValue } from "../json/json.ts";

/** Changes that every declared old value survives. */
export type SafeSchemaChangeCode =
  /** Proved: every value of the old schema is taken by the new one. */
  | "schema.widened"
  /** Only annotations changed: title, description, examples, default and the like. */
  | "schema.annotated";

/** Changes that refuse values which the old schema takes, or may do so. */
export type DangerousSchemaChangeCode =
  /** A property that may be absent so far must be present. */
  | "schema.required.added"
  /** An object that takes undeclared members, or declared ones, refuses them. */
  | "schema.properties.closed"
  /** Fewer JSON types; `number` to `integer` is one of them. */
  | "schema.type.narrowed"
  /** Fewer literal values, or literal values where any value of the type was taken. */
  | "schema.enum.narrowed"
  /** An alternative of a union fits none of the new union, or, with `oneOf`, several. */
  | "schema.variant.removed"
  /** A number's bounds are closer, or it must be a multiple of something else. */
  | "schema.range.narrowed"
  /** A text's length bounds are closer. */
  | "schema.length.narrowed"
  /** A text must match a pattern that it did not have to match. */
  | "schema.pattern.changed"
  /** A text must have a format that it did not have to have. */
  | "schema.format.changed"
  /** A list refuses items at some place, repeated items, or lists without certain items. */
  | "schema.items.narrowed"
  /** The bounds of the number of items or members are closer. */
  | "schema.size.narrowed"
  /** `false` or a `not` forbids values that were taken here. */
  | "schema.forbidden"
  /** The same values are taken, but a keyword changed that says what they mean. */
  | "schema.meaning.changed"
  /** May be compatible; it could not be proved. The message says why. */
  | "schema.unproved";

/** What changed between two schemas. The codes are stable; the messages are not. */
export type SchemaChangeCode = SafeSchemaChangeCode | DangerousSchemaChangeCode;

/** One difference between two schemas. */
export interface SchemaFinding {
  /** What kind of change it is. */
  readonly code: SchemaChangeCode;
  /** JSON pointer into the new schema; where a keyword went away, the place that held it. */
  readonly path: string;
  /** One sentence for a person: what changed, and where. */
  readonly message: string;
  /** What the old schema says there, when that is short enough to show. */
  readonly before?: JsonValue;
  /** What the new schema says there, when that is short enough to show. */
  readonly after?: JsonValue;
  /** A whole value that the old schema takes and the new one refuses; always verified. */
  readonly example?: JsonValue;
}

/**
 * What a comparison says of all values that the old schema declares.
 *
 * - `same`: the schemas are equal, or differ in order only
 * - `compatible`: proved that the new schema takes them all
 * - `incompatible`: proved that the new schema refuses some of them, or that their meaning changed
 * - `unproved`: neither could be proved
 */
export type SchemaVerdict = "same" | "compatible" | "incompatible" | "unproved";

/** What a comparison of two schemas found. */
export interface SchemaComparison {
  /** What holds for the schema as a whole. */
  readonly verdict: SchemaVerdict;
  /** The dangerous differences; when there is none, the safe ones. None when the schemas are the same. */
  readonly findings: readonly SchemaFinding[];
}
