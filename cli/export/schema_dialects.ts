import { isRecord, type JsonObject } from "../../contracts/json/json.ts";
import { subschemas } from "../../contracts/schema/keywords.ts";

type Schema = JsonObject | boolean;

/** Keywords that came after draft 07. */
const LATER = new Set([
  "dependentRequired",
  "dependentSchemas",
  "maxContains",
  "minContains",
  "prefixItems",
  "unevaluatedItems",
  "unevaluatedProperties",
]);

/** True when a schema means the same in draft 07, as {@link toDraft07} writes it. */
export function isDraft07(schema: unknown): boolean {
  if (!isRecord(schema)) return true;
  if (Object.keys(schema).some((keyword) => LATER.has(keyword))) return false;
  return [...subschemas(schema)].every(([, part]) => isDraft07(part));
}

/** A schema of a manifest without the one keyword that no draft has: `nullable`. */
export function toDraft07(schema: Schema): Schema {
  return changed(schema, withoutNullable);
}

/** A schema of a manifest in JSON Schema 2020-12, which has `prefixItems` for the items of tuples. */
export function toDraft2020(schema: Schema): Schema {
  return changed(schema, (part) => withPrefixItems(withoutNullable(part)));
}

function changed(schema: Schema, change: (schema: JsonObject) => JsonObject): Schema {
  if (typeof schema === "boolean") return schema;
  const copy = structuredClone(schema);
  const parts = [...subschemas(copy)];
  for (const [place, part] of parts) {
    if (!isRecord(part)) continue;
    const last = place.at(-1) ?? "";
    const holder = place.length === 1 ? copy : Reflect.get(copy, place[0] ?? "");
    // What is in a schema of a manifest is JSON.
    Reflect.set(Object(holder), last, changed(part as JsonObject, change));
  }
  return change(copy);
}

function withoutNullable({ nullable, ...schema }: JsonObject): JsonObject {
  const { type } = schema;
  if (nullable !== true || type === undefined) return schema;
  const types = Array.isArray(type) ? type : [type];
  return { ...schema, type: types.includes("null") ? types : [...types, "null"] };
}

function withPrefixItems(schema: JsonObject): JsonObject {
  const { additionalItems, items, ...others } = schema;
  if (!Array.isArray(items)) return items === undefined ? others : { ...others, items };
  return {
    ...others,
    ...(items.length === 0 ? {} : { prefixItems: items }),
    ...(additionalItems === undefined ? {} : { items: additionalItems }),
  };
}
