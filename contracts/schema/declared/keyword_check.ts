/**
 * Finds keywords that an author meant to have an effect, and that have none. JSON Schema takes unknown
 * keywords as annotations, so a misspelt one is legal, is never checked, and goes unnoticed.
 *
 * Reported are keywords that look like a known one (`minLenght`, `additionalproperties`), and those
 * that other drafts and tools check (`prefixItems`, `formatMinimum`). All others are annotations: the
 * words for people, `x-…`, those of OpenAPI, and any name of the author's own.
 *
 * @module
 */
import leven from "leven";
import type { SchemaProblem } from "./embed_schema.ts";
import { isRecord } from "../../json/json.ts";
import { appendPointer } from "../../json/json_pointer.ts";
import { KNOWN_KEYWORDS, subschemas } from "../keywords.ts";

/** Annotations that look like a keyword. */
const ANNOTATIONS = new Set(["contentEncoding", "contentMediaType", "contentSchema", "example"]);

/** Keywords of other drafts and tools that are checked there, and what to use instead. */
const FOREIGN: Readonly<Record<string, string>> = {
  disallow: "not",
  divisibleBy: "multipleOf",
  extends: "allOf",
  formatExclusiveMaximum: "a pattern, or check it in the handler",
  formatExclusiveMinimum: "a pattern, or check it in the handler",
  formatMaximum: "a pattern, or check it in the handler",
  formatMinimum: "a pattern, or check it in the handler",
  instanceof: "a JSON type",
  patternRequired: "required",
  prefixItems: "Type.Tuple, or items with a list",
  propertyDependencies: "dependentSchemas",
  range: "minimum and maximum",
  regexp: "pattern",
  typeof: "a JSON type",
  uniqueItemProperties: "uniqueItems",
};
const MAX_DEPTH = 64;

/** Finds such keywords in a self-contained schema. */
export function checkKeywords(schema: unknown): readonly SchemaProblem[] {
  const problems: SchemaProblem[] = [];
  visit(schema, "", 0, problems);
  return problems;
}

function visit(schema: unknown, path: string, depth: number, problems: SchemaProblem[]): void {
  if (!isRecord(schema) || depth > MAX_DEPTH) return;
  for (const keyword of Object.keys(schema)) {
    const instead = Object.hasOwn(FOREIGN, keyword) ? FOREIGN[keyword] : undefined;
    const meant = instead === undefined ? meantKeyword(keyword) : undefined;
    if (instead === undefined && meant === undefined) continue;
    problems.push({
      path: appendPointer(path, keyword),
      message: `${keyword.slice(0, 60)} is not checked by any validator of Trellis`,
      fix: meant === undefined
        ? `use ${instead}`
        : `did you mean ${meant}? An annotation of your own may be called x-${meant}`,
    });
  }
  for (const [place, part] of subschemas(schema)) {
    visit(part, appendPointer(path, ...place), depth + 1, problems);
  }
}

/** The keyword that was probably meant by an unknown one that looks like it. */
function meantKeyword(keyword: string): string | undefined {
  if (KNOWN_KEYWORDS.has(keyword) || ANNOTATIONS.has(keyword)) return undefined;
  if (keyword.length < 4 || keyword.length > 30 || keyword.startsWith("$")) return undefined;
  const written = keyword.toLowerCase();
  const allowed = keyword.length < 7 ? 1 : 2;
  let best: { readonly known: string; readonly distance: number } | undefined;
  for (const known of KNOWN_KEYWORDS) {
    const distance = leven(written, known.toLowerCase());
    if (distance <= allowed && distance < (best?.distance ?? Infinity)) best = { known, distance };
  }
  return best?.known;
}
