import type { JsonValue } from "../json/json.ts";
import { isJsonObject, type Schema } from "../schema/schema_parts.ts";

const MAX_DEPTH = 200;
const MAX_NODES = 50_000;

/**
 * Why a schema cannot be compared: it is too deep, too large, or not JSON. Cycles are too deep, and
 * parts that are shared many times are too large. Undefined when it can be compared.
 */
export function sizeProblem(schema: Schema): string | undefined {
  const open: (readonly [JsonValue | undefined, number])[] = [[schema, 0]];
  let count = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [value, depth] = next;
    if (++count > MAX_NODES) return "too large to compare";
    if (depth > MAX_DEPTH) return "too deep to compare";
    if (Array.isArray(value)) {
      if (value.length + open.length > MAX_NODES) return "too large to compare";
      for (const item of value) open.push([item, depth + 1]);
    } else if (isJsonObject(value)) {
      for (const key of Object.keys(value)) open.push([value[key], depth + 1]);
    } else if (!isScalar(value)) return "not JSON";
  }
  return undefined;
}

function isScalar(value: unknown): boolean {
  return value === null || typeof value === "string" || typeof value === "boolean" ||
    (typeof value === "number" && Number.isFinite(value));
}
