import type { JsonObject } from "../../json/json.ts";
import type { Bound, Numbers, Texts } from "./alternatives.ts";
import { FORMAT_PATTERNS, INTEGER_FORMATS } from "../../schema/formats.ts";
import { numberAt, textAt, typesOf } from "../../schema/schema_parts.ts";

/** The numbers that fit all parts; none when the bounds leave none. */
export function numbersOf(parts: readonly JsonObject[]): readonly Numbers[] {
  let isInteger = false;
  let minimum: Bound = { value: -Infinity, isOpen: false };
  let maximum: Bound = { value: Infinity, isOpen: false };
  const multiples = new Set<number>();
  for (const part of parts) {
    const types = typesOf(part);
    const bounds = INTEGER_FORMATS.get(textAt(part, "format") ?? "");
    const step = numberAt(part, "multipleOf");
    if (types !== undefined && !types.has("number")) isInteger = true;
    if (bounds !== undefined || Number.isInteger(step)) isInteger = true;
    if (step !== undefined) multiples.add(step);
    minimum = higher(minimum, { value: bounds?.[0] ?? -Infinity, isOpen: false });
    maximum = lower(maximum, { value: bounds?.[1] ?? Infinity, isOpen: false });
    minimum = higher(minimum, { value: numberAt(part, "minimum") ?? -Infinity, isOpen: false });
    maximum = lower(maximum, { value: numberAt(part, "maximum") ?? Infinity, isOpen: false });
    const above = numberAt(part, "exclusiveMinimum");
    const below = numberAt(part, "exclusiveMaximum");
    if (above !== undefined) minimum = higher(minimum, { value: above, isOpen: true });
    if (below !== undefined) maximum = lower(maximum, { value: below, isOpen: true });
  }
  if (isInteger) {
    minimum = integerFrom(minimum, 1);
    maximum = integerFrom(maximum, -1);
  }
  if (minimum.value > maximum.value) return [];
  if (minimum.value === maximum.value && (minimum.isOpen || maximum.isOpen)) return [];
  return [{
    kind: "number",
    parts,
    isInteger,
    minimum,
    maximum,
    multiples: [...multiples],
  }];
}

/** The texts that fit all parts; none when the lengths leave none. */
export function textsOf(parts: readonly JsonObject[]): readonly Texts[] {
  let minLength = 0;
  let maxLength = Infinity;
  const patterns = new Set<string>();
  const formats = new Set<string>();
  for (const part of parts) {
    minLength = Math.max(minLength, numberAt(part, "minLength") ?? 0);
    maxLength = Math.min(maxLength, numberAt(part, "maxLength") ?? Infinity);
    const pattern = textAt(part, "pattern");
    const format = textAt(part, "format");
    if (pattern !== undefined) patterns.add(pattern);
    if (format !== undefined) formats.add(format);
  }
  if (minLength > maxLength) return [];
  return [{
    kind: "string",
    parts,
    minLength,
    maxLength,
    patterns: [...patterns],
    formats: [...formats],
    bounds: [...patterns, ...[...formats].flatMap((name) => FORMAT_PATTERNS.get(name) ?? [])],
  }];
}

function higher(a: Bound, b: Bound): Bound {
  return b.value > a.value || (b.value === a.value && b.isOpen) ? b : a;
}

function lower(a: Bound, b: Bound): Bound {
  return b.value < a.value || (b.value === a.value && b.isOpen) ? b : a;
}

/** The first integer within a bound; beyond the safe ones, the bound stays as it is. */
function integerFrom(bound: Bound, direction: 1 | -1): Bound {
  if (!Number.isFinite(bound.value) || !Number.isSafeInteger(Math.trunc(bound.value))) return bound;
  const near = direction === 1 ? Math.ceil(bound.value) : Math.floor(bound.value);
  const value = near === bound.value && bound.isOpen ? near + direction : near;
  return { value, isOpen: false };
}
