import { isRecord } from "../json/json.ts";

/** What a schema says of the value that a param of an event points at. */
export type ParamValue =
  /** A string or number in every variant. */
  | "text or number"
  /** Another value, or not always a string or number. */
  | "other"
  /** Not declared, or not in every variant. */
  | "absent";

const TOKEN_TYPES = ["string", "number", "integer"];

/** Follows `properties` of a JSON Schema, and through `allOf`, `anyOf` and `oneOf`. */
export function paramValue(schema: unknown, tokens: readonly string[]): ParamValue {
  if (!isRecord(schema)) return tokens.length === 0 ? "other" : "absent";
  const [name, ...rest] = tokens;
  const found: ParamValue[] = [];
  if (name === undefined) found.push(isToken(schema) ? "text or number" : "other");
  else if (isRecord(schema.properties) && Object.hasOwn(schema.properties, name)) {
    found.push(paramValue(schema.properties[name], rest));
  }
  // What one part of an intersection says holds for the whole; a union needs it of every variant.
  if (Array.isArray(schema.allOf)) {
    found.push(...schema.allOf.map((part) => paramValue(part, tokens)));
  }
  for (const union of [schema.anyOf, schema.oneOf]) {
    if (!Array.isArray(union)) continue;
    const variants = union.map((variant) => paramValue(variant, tokens));
    found.push(variants.find((value) => value !== "text or number") ?? "text or number");
  }
  if (found.includes("text or number")) return "text or number";
  return found.includes("other") ? "other" : "absent";
}

function isToken(
  { type, nullable, const: constant, enum: values }: Readonly<Record<string, unknown>>,
) {
  const types = Array.isArray(type) ? type : [type];
  if (types.every((name) => TOKEN_TYPES.includes(name))) return nullable !== true;
  const literals = Array.isArray(values) ? values : [constant];
  return literals.every((value) => typeof value === "string" || typeof value === "number");
}
