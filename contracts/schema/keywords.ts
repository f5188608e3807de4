import type { JsonObject, JsonValue } from "../json/json.ts";
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
