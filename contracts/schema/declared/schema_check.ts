import type { SchemaProblem } from "./embed_schema.ts";
import { FORMAT_NAMES } from "../formats.ts";
import { isRecord } from "../../json/json.ts";
import { appendPointer } from "../../json/json_pointer.ts";
import { ONE_SCHEMA, SCHEMA_LIST, SCHEMA_MAP, subschemas } from "../keywords.ts";

const JSON_TYPES = ["array", "boolean", "integer", "null", "number", "object", "string"];
const MAX_DEPTH = 64;
/** Keywords that change how the rest is read, or that only schemas with references need. */
const UNSUPPORTED = [
  "$anchor",
  "$async",
  "$defs",
  "$dynamicAnchor",
  "$recursiveAnchor",
  "$schema",
  "$vocabulary",
  "definitions",
  "dependencies",
];
const NUMBERS = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];
const COUNTS = [
  "maxContains",
  "maxItems",
  "maxLength",
  "maxProperties",
  "minContains",
  "minItems",
  "minLength",
  "minProperties",
];

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
  for (const key of UNSUPPORTED) {
    if (key in schema) report(key, "has no place in a manifest's schema", "leave it out");
  }
  checkValues(schema, report);
  checkType(schema.type, report);
  if ("format" in schema && !(isString(schema.format) && FORMAT_NAMES.has(schema.format))) {
    report(
      "format",
      `names the unknown format ${String(JSON.stringify(schema.format)).slice(0, 60)}`,
      KNOWN_FORMATS,
    );
  }
  if ("pattern" in schema) checkPattern(schema.pattern, "pattern", report);
  if ("enum" in schema && !(Array.isArray(schema.enum) && schema.enum.length > 0)) {
    report("enum", "is not a list with a value in it", "list the values");
  }
  if ("required" in schema && !isNameList(schema.required)) {
    report("required", "is not a list of different names", "list the required properties");
  }
  for (const key of SCHEMA_LIST) {
    if (key in schema && !Array.isArray(schema[key])) report(key, "is not a list", "use a list");
  }
  for (const key of SCHEMA_MAP) {
    if (key in schema && !isRecord(schema[key])) {
      report(key, "is not an object", "map names to schemas");
    }
  }
  for (const key of ONE_SCHEMA) {
    if (Array.isArray(schema[key]) && key !== "items") {
      report(key, "is not a schema", "a schema is an object, true or false");
    }
  }
  for (const [place, part] of subschemas(schema)) {
    const [key, name] = place;
    if (key === "patternProperties") checkPattern(name, key, report);
    visit(part, appendPointer(path, ...place), depth + 1, problems);
  }
}

/** Keywords whose value has a type of its own. */
function checkValues(schema: Readonly<Record<string, unknown>>, report: Report): void {
  const fits = (key: string, isRight: (value: unknown) => boolean, expected: string) => {
    if (key in schema && !isRight(schema[key])) report(key, "has a wrong value", `use ${expected}`);
  };
  for (const key of NUMBERS) fits(key, (value) => Number.isFinite(value), "a number");
  for (const key of COUNTS) fits(key, isCount, "an integer from 0");
  fits("multipleOf", (value) => typeof value === "number" && value > 0, "a number above 0");
  fits("uniqueItems", (value) => typeof value === "boolean", "true or false");
  fits(
    "nullable",
    (value) =>
      value === true
        ? "type" in schema
        : value === false && "type" in schema && !isNullType(schema),
    "true, or false beside a type without null",
  );
  fits("$id", isString, "a text");
  fits(
    "dependentRequired",
    (value) => isRecord(value) && Object.values(value).every(isNameList),
    "lists of names by name",
  );
}

function isNullType({ type }: Readonly<Record<string, unknown>>): boolean {
  return type === "null" || (Array.isArray(type) && type.includes("null"));
}

function isCount(value: unknown): boolean {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isNameList(value: unknown): boolean {
  return Array.isArray(value) && value.every(isString) && new Set(value).size === value.length;
}

type Report = (key: string, message: string, fix: string) => void;

const KNOWN_FORMATS = `use one of ${[...FORMAT_NAMES].join(", ")}, or a pattern`;

function checkType(type: unknown, report: Report): void {
  if (type === undefined) return;
  const names = Array.isArray(type) ? type : [type];
  if (names.length === 0 || new Set(names).size !== names.length) {
    report("type", "is a list without types, or with one twice", "name each type once");
  }
  const wrong = names.filter((name) => !JSON_TYPES.includes(name));
  if (wrong.length > 0) {
    report(
      "type",
      `is ${String(JSON.stringify(wrong[0])).slice(0, 60)}, which is not a JSON type`,
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
    report(
      key,
      `is not a regular expression: ${reason}`,
      "correct the pattern (ECMAScript, flag u)",
    );
  }
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}
