import { formatNames } from "ajv-formats/dist/formats.js";
import type { SchemaProblem } from "./embed_schema.ts";
import { isRecord } from "./json.ts";
import { appendPointer } from "./json_pointer.ts";

const JSON_TYPES = ["array", "boolean", "integer", "null", "number", "object", "string"];
const FORMATS: readonly string[] = formatNames;
const ONE = [
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
];
const LIST = ["allOf", "anyOf", "oneOf", "items"];
const MAP = ["dependentSchemas", "patternProperties", "properties"];
const MAX_DEPTH = 64;

/**
 * Finds what would make an embedded JSON Schema mean something else than its author thinks, or fail
 * to compile: unknown types and formats (which validators ignore), broken patterns, references.
 */
export function checkSchema(schema: unknown): readonly SchemaProblem[] {
  const problems: SchemaProblem[] = [];
  visit(schema, "", 0, problems);
  return problems;
}

function visit(schema: unknown, path: string, depth: number, problems: SchemaProblem[]): void {
  const report = (key: string, message: string, fix: string) =>
    problems.push({ path: key === "" ? path : appendPointer(path, key), message, fix });
  if (typeof schema === "boolean") return;
  if (!isRecord(schema)) {
    report("", "is not a schema", "a schema is an object, true or false");
    return;
  }
  if (depth > MAX_DEPTH) {
    report("", `is nested deeper than ${MAX_DEPTH}`, "flatten the schema");
    return;
  }
  for (const key of ["$ref", "$dynamicRef", "$recursiveRef"]) {
    if (key in schema) report(key, "is a reference", "put the referenced schema in place");
  }
  checkType(schema.type, report);
  if (
    "format" in schema && !(typeof schema.format === "string" && FORMATS.includes(schema.format))
  ) {
    report("format", `names the unknown format ${JSON.stringify(schema.format)}`, KNOWN_FORMATS);
  }
  if ("pattern" in schema) checkPattern(schema.pattern, "pattern", report);
  if ("enum" in schema && !Array.isArray(schema.enum)) {
    report("enum", "is not a list", "use a list");
  }
  const required = schema.required;
  if (required !== undefined && !(Array.isArray(required) && required.every(isString))) {
    report("required", "is not a list of names", "list the required properties");
  }
  for (const key of ONE) {
    if (key in schema && !Array.isArray(schema[key])) {
      visit(schema[key], appendPointer(path, key), depth + 1, problems);
    }
  }
  for (const key of LIST) {
    const list = schema[key];
    if (Array.isArray(list)) {
      list.forEach((item, i) => visit(item, appendPointer(path, key, i), depth + 1, problems));
    } else if (list !== undefined && key !== "items") report(key, "is not a list", "use a list");
  }
  for (const key of MAP) {
    const map = schema[key];
    if (map === undefined) continue;
    if (!isRecord(map)) {
      report(key, "is not an object", "map names to schemas");
      continue;
    }
    for (const name of Object.keys(map)) {
      if (key === "patternProperties") checkPattern(name, key, report);
      visit(map[name], appendPointer(path, key, name), depth + 1, problems);
    }
  }
}

type Report = (key: string, message: string, fix: string) => void;

const KNOWN_FORMATS = `use one of ${FORMATS.join(", ")}, or a pattern`;

function checkType(type: unknown, report: Report): void {
  if (type === undefined) return;
  const names = Array.isArray(type) ? type : [type];
  const wrong = names.filter((name) => !JSON_TYPES.includes(name));
  if (wrong.length > 0) {
    report(
      "type",
      `is ${JSON.stringify(wrong[0])}, which is not a JSON type`,
      "wire values are JSON: use a string for dates, big numbers and bytes",
    );
  }
}

function checkPattern(pattern: unknown, key: string, report: Report): void {
  try {
    if (typeof pattern !== "string") throw new TypeError("not a string");
    new RegExp(pattern, "u");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    report(key, `is not a regular expression: ${reason}`, "mend the pattern (ECMAScript, flag u)");
  }
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}
