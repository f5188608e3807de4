import { isRecord } from "../json/json.ts";

/**
 * Whether a value of a schema may have something where the tokens of a JSON pointer lead. Where an object
 * names its members, others are taken for misspelled, although JSON Schema lets them through.
 */
export function mayHold(schema: unknown, tokens: readonly string[]): boolean {
  const [name, ...rest] = tokens;
  if (name === undefined) return schema !== false;
  if (!isRecord(schema)) return schema === true;
  const { properties, items, allOf = [], anyOf = [], oneOf = [], type, patternProperties } = schema;
  const alternatives = [allOf, anyOf, oneOf].flat();
  if (isRecord(properties) && Object.hasOwn(properties, name)) {
    return mayHold(properties[name], rest);
  }
  if (alternatives.some((part) => mayHold(part, tokens))) return true;
  if (items !== undefined && /^\d+$/.test(name)) {
    return mayHold(Array.isArray(items) ? items[Number(name)] : items, rest);
  }
  if (isRecord(patternProperties)) {
    return Object.values(patternProperties).some((part) => mayHold(part, rest));
  }
  const { additionalProperties = true } = schema;
  if (isRecord(additionalProperties)) return mayHold(additionalProperties, rest);
  const isOpen = properties === undefined && alternatives.length === 0;
  return isOpen && additionalProperties === true && [undefined, "object"].includes(textOf(type));
}

function textOf(type: unknown): string | undefined {
  return Array.isArray(type) ? "object" : type === undefined ? undefined : String(type);
}
