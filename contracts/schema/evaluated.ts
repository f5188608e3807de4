import type { JsonObject } from "../json/json.ts";
import { isRecord } from "../json/json.ts";
import { compilePattern } from "../patterns/text_pattern.ts";
import { type Schema, schemaAt, schemaMapAt, schemasAt } from "./schema_parts.ts";

/** What the parts of a schema that a value fits say something of. */
export interface Evaluated {
  /** Names of members. */
  readonly names: Set<string>;
  /** So many items from the first on. */
  items: number;
  /** Everything. */
  isAll: boolean;
}

/**
 * What a schema says something of, for `unevaluatedProperties` and `unevaluatedItems`.
 *
 * @param value fits the schema, but for these keywords
 * @param fits whether the value fits a part of the schema
 */
export function evaluatedBy(
  schema: JsonObject,
  value: object,
  fits: (part: Schema) => boolean,
): Evaluated {
  const found: Evaluated = { names: new Set(), items: 0, isAll: false };
  const visit = (part: Schema, isTop: boolean) => {
    if (typeof part === "boolean" || found.isAll) return;
    if (isRecord(value)) visitNames(part, value, found, isTop);
    else visitItems(part, found, isTop);
    for (const inner of partsOf(part, value, fits)) visit(inner, false);
  };
  visit(schema, true);
  return found;
}

function visitNames(schema: JsonObject, value: object, found: Evaluated, isTop: boolean): void {
  if (schema.additionalProperties !== undefined) found.isAll = true;
  if (!isTop && schema.unevaluatedProperties !== undefined) found.isAll = true;
  for (const name of schemaMapAt(schema, "properties").keys()) found.names.add(name);
  for (const pattern of schemaMapAt(schema, "patternProperties").keys()) {
    const compiled = compilePattern(pattern);
    for (const name of Object.keys(value)) if (compiled.test(name)) found.names.add(name);
  }
}

function visitItems(schema: JsonObject, found: Evaluated, isTop: boolean): void {
  if (!isTop && schema.unevaluatedItems !== undefined) found.isAll = true;
  if (!Array.isArray(schema.items)) {
    if (schema.items !== undefined) found.isAll = true;
    return;
  }
  if (schema.additionalItems !== undefined) found.isAll = true;
  found.items = Math.max(found.items, schema.items.length);
}

/** The parts of a schema that say something of the same value, as far as it must fit them, or does. */
function partsOf(
  schema: JsonObject,
  value: object,
  fits: (part: Schema) => boolean,
): readonly Schema[] {
  const parts = [...schemasAt(schema, "allOf")];
  for (const list of ["anyOf", "oneOf"]) parts.push(...schemasAt(schema, list).filter(fits));
  for (const [name, part] of schemaMapAt(schema, "dependentSchemas")) {
    if (Object.hasOwn(value, name)) parts.push(part);
  }
  const condition = schemaAt(schema, "if");
  if (condition === undefined) return parts;
  const holds = fits(condition);
  if (holds) parts.push(condition);
  parts.push(schemaAt(schema, holds ? "then" : "else") ?? true);
  return parts;
}
