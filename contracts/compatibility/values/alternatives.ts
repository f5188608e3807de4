import type { JsonObject, JsonValue } from "../../json/json.ts";
import type { Schema } from "../../schema/schema_parts.ts";

/**
 * The values that fit every part: what the old schema takes at one place. It is an upper bound
 * where a part could not be taken apart; what holds for all of it holds for the old values.
 */
export interface Values {
  readonly parts: readonly Schema[];
}

/** Values of one type that the old schema takes at a place. */
export type Alternative = Literals | Numbers | Texts | Lists | Objects;

/** What all alternatives have. */
interface Common {
  /** Schemas that every value of the alternative fits. */
  readonly parts: readonly JsonObject[];
}

/** A few values, one by one; `null` and booleans are always of this kind. */
export interface Literals extends Common {
  readonly kind: "literals";
  readonly values: readonly JsonValue[];
}

/** Numbers between two bounds. */
export interface Numbers extends Common {
  readonly kind: "number";
  readonly isInteger: boolean;
  readonly minimum: Bound;
  readonly maximum: Bound;
  readonly multiples: readonly number[];
}

/** The end of a range of numbers. */
export interface Bound {
  readonly value: number;
  /** Whether the value itself is out of the range. */
  readonly isOpen: boolean;
}

/** Texts. */
export interface Texts extends Common {
  readonly kind: "string";
  readonly minLength: number;
  readonly maxLength: number;
  readonly patterns: readonly string[];
  readonly formats: readonly string[];
  /** Patterns that all texts match: those above, and what the formats allow. */
  readonly bounds: readonly string[];
}

/** Lists and tuples. */
export interface Lists extends Common {
  readonly kind: "array";
  readonly minItems: number;
  readonly maxItems: number;
  readonly isUnique: boolean;
  readonly layers: readonly ListLayer[];
  /** The places that one of the layers lists one by one. */
  readonly places: readonly Values[];
  /** What stands after those places. */
  readonly rest: Values;
}

/** What one schema says of the items of a list. */
export interface ListLayer {
  readonly places: readonly Schema[];
  readonly rest: Schema;
}

/** Objects. */
export interface Objects extends Common {
  readonly kind: "object";
  /** Alternatives of unions that no object of these fits. */
  readonly refused: ReadonlySet<Schema>;
  readonly required: ReadonlySet<string>;
  readonly minProperties: number;
  readonly maxProperties: number;
  readonly layers: readonly ObjectLayer[];
  /** Names that the old schema knows. */
  readonly names: ReadonlySet<string>;
  /** Patterns of names that the old schema knows. */
  readonly patterns: ReadonlySet<string>;
  /** What members have that the old schema does not know. */
  readonly rest: Values;
}

/** What one schema says of the members of an object. */
export interface ObjectLayer {
  readonly properties: ReadonlyMap<string, Schema>;
  readonly patterns: ReadonlyMap<string, Schema>;
  readonly rest: Schema;
}

/** Everything. */
export const ANYTHING: Values = { parts: [] };
