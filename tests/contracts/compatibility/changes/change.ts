import type {
  SchemaChangeCode,
  SchemaVerdict,
} from "../../../../contracts/compatibility/finding.ts";

/** A change of a schema, and what is to be said of it. */
export interface Change {
  readonly name: string;
  readonly before: object | boolean;
  readonly after: object | boolean;
  readonly verdict: SchemaVerdict;
  /** Every code that is found, once. */
  readonly codes: readonly SchemaChangeCode[];
}

/** A change that every old value survives. */
export function safe(name: string, before: object | boolean, after: object | boolean): Change {
  return { name, before, after, verdict: "compatible", codes: ["schema.widened"] };
}

/** A change of words only. */
export function words(name: string, before: object, after: object): Change {
  return { name, before, after, verdict: "compatible", codes: ["schema.annotated"] };
}

/** No change but of order. */
export function same(name: string, before: object | boolean, after: object | boolean): Change {
  return { name, before, after, verdict: "same", codes: [] };
}

/** A change that refuses old values. */
export function breaks(
  name: string,
  before: object | boolean,
  after: object | boolean,
  ...codes: readonly SchemaChangeCode[]
): Change {
  return { name, before, after, verdict: "incompatible", codes };
}

/** A change of which nothing is proved. */
export function unproved(
  name: string,
  before: object | boolean,
  after: object | boolean,
  ...codes: readonly SchemaChangeCode[]
): Change {
  return { name, before, after, verdict: "unproved", codes };
}

/** A change that is safe one way and breaks the other way. */
export function oneWay(
  name: string,
  narrow: object | boolean,
  wide: object | boolean,
  ...codes: readonly SchemaChangeCode[]
): readonly Change[] {
  return [safe(name, narrow, wide), breaks(`${name}, taken back`, wide, narrow, ...codes)];
}
