import { isRecord } from "../json/json.ts";

/** What a schema says of the value that a pointer leads to, as a param of an event. */
export type ParamValue =
  /** Of the types that are meant, in every variant. */
  | "fits"
  /** Another value, or not always of these types. */
  | "other"
  /** Not declared, or not in every variant. */
  | "absent";

const TOKEN_TYPES = ["string", "number", "integer"];

/**
 * Follows `properties` of a JSON Schema, and through `allOf`, `anyOf` and `oneOf`.
 *
 * @param meant types that will do; where left out, those that become a token of a subject
 */
export function paramValue(
  schema: unknown,
  tokens: readonly string[],
  meant: readonly string[] = TOKEN_TYPES,
): ParamValue {
  if (!isRecord(schema)) return tokens.length === 0 ? "other" : "absent";
  const [name, ...rest] = tokens;
  const found: ParamValue[] = [];
  if (name === undefined) found.push(isMeant(schema, meant) ? "fits" : "other");
  else if (isRecord(schema.properties) && Object.hasOwn(schema.properties, name)) {
    found.push(paramValue(schema.properties[name], rest, meant));
  }
  // What one part of an intersection says holds for the whole; a union needs it of every variant.
  if (Array.isArray(schema.allOf)) {
    found.push(...schema.allOf.map((part) => paramValue(part, tokens, meant)));
  }
  for (const union of [schema.anyOf, schema.oneOf]) {
    if (!Array.isArray(union)) continue;
    const variants = union.map((variant) => paramValue(variant, tokens, meant));
    found.push(variants.find((value) => value !== "fits") ?? "fits");
  }
  if (found.includes("fits")) return "fits";
  return found.includes("other") ? "other" : "absent";
}

function isMeant(
  { type, nullable, const: constant, enum: values }: Readonly<Record<string, unknown>>,
  meant: readonly string[],
) {
  const types = Array.isArray(type) ? type : [type];
  if (types.every((name) => meant.includes(name))) return nullable !== true;
  const literals = Array.isArray(values) ? values : [constant];
  return literals.every((value) => meant.includes(typeof value));
}
