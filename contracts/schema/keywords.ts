import { isRecord, type JsonObject, type JsonValue } from "../json/json.ts";
import type { Schema } from "./schema_parts.ts";

/** Annotations for people: a change of them changes nothing for programs. */
export const ANNOTATIONS: ReadonlySet<string> = new Set([
  "$comment",
  "$id",
  "default",
  "deprecated",
  "description",
  "examples",
  "readOnly",
  "title",
  "writeOnly",
]);

/** Keywords that the validator checks. */
const VALIDATED: ReadonlySet<string> = new Set([
  "additionalItems",
  "additionalProperties",
  "allOf",
  "anyOf",
  "const",
  "contains",
  "dependentRequired",
  "dependentSchemas",
  "else",
  "enum",
  "exclusiveMaximum",
  "exclusiveMinimum",
  "format",
  "if",
  "items",
  "maxContains",
  "maxItems",
  "maxLength",
  "maxProperties",
  "maximum",
  "minContains",
  "minItems",
  "minLength",
  "minProperties",
  "minimum",
  "multipleOf",
  "not",
  "nullable",
  "oneOf",
  "pattern",
  "patternProperties",
  "properties",
  "propertyNames",
  "required",
  "then",
  "type",
  "unevaluatedItems",
  "unevaluatedProperties",
  "uniqueItems",
]);

/** Keywords that hold one schema (`items` may hold a list). */
export const ONE_SCHEMA: ReadonlySet<string> = new Set([
  "additionalItems",
  "additionalProperties",
  "contains",
  "else",
  "if",
  "items",
  "not",
  "propertyNames",
  "then",
  "unevaluatedItems",
  "unevaluatedProperties",
]);

/** Keywords that hold a list of schemas whose order has no meaning. */
export const SCHEMA_LIST: ReadonlySet<string> = new Set(["allOf", "anyOf", "oneOf"]);

/** Keywords that map names to schemas. */
export const SCHEMA_MAP: ReadonlySet<string> = new Set([
  "dependentSchemas",
  "patternProperties",
  "properties",
]);

/** Keywords that list values whose order has no meaning. */
export const UNORDERED: ReadonlySet<string> = new Set(["enum", "required", "type"]);

/** The names of all keywords that the validator or readers know. */
export const KNOWN_KEYWORDS: ReadonlySet<string> = new Set([...VALIDATED, ...ANNOTATIONS]);

/** The parts of a schema that stand where a schema is expected, with the tokens of their place. */
export function* subschemas(
  schema: Readonly<Record<string, unknown>>,
): Iterable<readonly [place: readonly (string | number)[], part: unknown]> {
  for (const keyword of Object.keys(schema)) {
    const value = schema[keyword];
    if (Array.isArray(value)) {
      if (!SCHEMA_LIST.has(keyword) && keyword !== "items") continue;
      for (let i = 0; i < value.length; i++) yield [[keyword, i], value[i]];
    } else if (ONE_SCHEMA.has(keyword)) yield [[keyword], value];
    else if (SCHEMA_MAP.has(keyword) && isRecord(value)) {
      for (const name of Object.keys(value)) yield [[keyword, name], value[name]];
    }
  }
}

/** True for keywords that are not checked and yet say what a value means. */
export function isMeaning(keyword: string): boolean {
  return !ANNOTATIONS.has(keyword) && !VALIDATED.has(keyword);
}

/** The keywords of a schema that are not checked and yet say what its values mean. */
export function meaningOf(schema: Schema): ReadonlyMap<string, JsonValue> {
  const found = new Map<string, JsonValue>();
  if (typeof schema === "boolean") return found;
  for (const keyword of Object.keys(schema)) {
    if (isMeaning(keyword)) found.set(keyword, schema[keyword] ?? null);
  }
  return found;
}

/** True for schemas with a keyword that is checked. */
export function hasRules(schema: Schema): boolean {
  if (typeof schema === "boolean") return !schema;
  return Object.keys(schema).some((keyword) => VALIDATED.has(keyword));
}

/** True for schemas that take every value and say nothing of it. */
export function isAnything(schema: Schema): boolean {
  return typeof schema === "boolean" ? schema : hasOnlyAnnotations(schema);
}

function hasOnlyAnnotations(schema: JsonObject): boolean {
  for (const keyword of Object.keys(schema)) if (!ANNOTATIONS.has(keyword)) return false;
  return true;
}
