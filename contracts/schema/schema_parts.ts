import { isRecord, type JsonObject, type JsonValue } from "../json/json.ts";

/** A JSON Schema: an object of keywords, or one of the two trivial schemas. */
export type Schema = JsonObject | boolean;

/** The types that JSON values have; every integer is a number. */
export type JsonKind = "null" | "boolean" | "number" | "string" | "array" | "object";

/** True for JSON objects. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return isRecord(value);
}

/** True for what can stand where a schema is expected. */
export function isSchema(value: JsonValue | undefined): value is Schema {
  return typeof value === "boolean" || isJsonObject(value);
}

/** The schema that a keyword holds; undefined when it holds none. */
export function schemaAt(schema: JsonObject, keyword: string): Schema | undefined {
  const value = schema[keyword];
  return isSchema(value) ? value : undefined;
}

/** The schemas that a keyword lists; none when it is absent. */
export function schemasAt(schema: JsonObject, keyword: string): readonly Schema[] {
  const value = schema[keyword];
  return Array.isArray(value) ? value.filter(isSchema) : [];
}

/** The schemas that a keyword holds by name; the validator declares no property `__proto__`. */
export function schemaMapAt(schema: JsonObject, keyword: string): ReadonlyMap<string, Schema> {
  const value = schema[keyword];
  const map = new Map<string, Schema>();
  if (!isJsonObject(value)) return map;
  for (const name of Object.keys(value)) {
    const member = value[name];
    const isPassedOver = name === "__proto__" && keyword !== "dependentSchemas";
    if (!isPassedOver && isSchema(member)) map.set(name, member);
  }
  return map;
}

/** The number that a keyword holds. */
export function numberAt(schema: JsonObject, keyword: string): number | undefined {
  const value = schema[keyword];
  return typeof value === "number" ? value : undefined;
}

/** The text that a keyword holds. */
export function textAt(schema: JsonObject, keyword: string): string | undefined {
  const value = schema[keyword];
  return typeof value === "string" ? value : undefined;
}

/** The names that a keyword lists; none when it is absent. */
export function namesAt(schema: JsonObject, keyword: string): readonly string[] {
  const value = schema[keyword];
  return Array.isArray(value) ? value.filter((name) => typeof name === "string") : [];
}

/** Which names each name requires, of `dependentRequired`. */
export function dependentNames(schema: JsonObject): readonly (readonly [string, string[]])[] {
  const value = schema.dependentRequired;
  if (!isJsonObject(value)) return [];
  return Object.keys(value).map((name) => [name, [...namesAt(value, name)]] as const);
}

/** The literal values that a schema lists with `const` or `enum`; undefined when it lists none. */
export function literalsOf(schema: JsonObject): readonly JsonValue[] | undefined {
  if (Object.hasOwn(schema, "const")) return [schema.const ?? null];
  return Array.isArray(schema.enum) ? schema.enum : undefined;
}

/** The types that a schema's own `type` and `nullable` allow; undefined when all. */
export function typesOf(schema: JsonObject): ReadonlySet<string> | undefined {
  if (schema.type === undefined) return undefined;
  const types = new Set<string>(
    typeof schema.type === "string" ? [schema.type] : namesAt(schema, "type"),
  );
  if (schema.nullable === true) types.add("null");
  return types;
}

/** The type of a JSON value. */
export function kindOf(value: JsonValue): JsonKind {
  if (value === null) return "null";
  if (typeof value === "boolean") return "boolean";
  if (typeof value === "number") return "number";
  if (typeof value === "string") return "string";
  return Array.isArray(value) ? "array" : "object";
}

/** True when the types allow the value. */
export function isOfType(types: ReadonlySet<string> | undefined, value: JsonValue): boolean {
  if (types === undefined || types.has(kindOf(value))) return true;
  return types.has("integer") && Number.isInteger(value);
}
