import type { JsonObject, JsonValue } from "../json/json.ts";
import { appendPointer } from "../json/json_pointer.ts";
import type { Literals } from "./values/alternatives.ts";
import type { DangerousSchemaChangeCode } from "./finding.ts";
import { type Issue, type Proof, shown, where } from "./issue.ts";
import { isOfType, kindOf, typesOf } from "../schema/schema_parts.ts";

/** What it means that a keyword refuses a literal, and the keywords that it works together with. */
const CODES: readonly (readonly [string, DangerousSchemaChangeCode, ...string[]])[] = [
  ["const", "schema.enum.narrowed"],
  ["enum", "schema.enum.narrowed"],
  ["minimum", "schema.range.narrowed"],
  ["maximum", "schema.range.narrowed"],
  ["exclusiveMinimum", "schema.range.narrowed"],
  ["exclusiveMaximum", "schema.range.narrowed"],
  ["multipleOf", "schema.range.narrowed"],
  ["minLength", "schema.length.narrowed"],
  ["maxLength", "schema.length.narrowed"],
  ["pattern", "schema.pattern.changed"],
  ["format", "schema.format.changed"],
  ["minItems", "schema.size.narrowed"],
  ["maxItems", "schema.size.narrowed"],
  ["minProperties", "schema.size.narrowed"],
  ["maxProperties", "schema.size.narrowed"],
  ["items", "schema.items.narrowed", "additionalItems"],
  ["uniqueItems", "schema.items.narrowed"],
  ["contains", "schema.items.narrowed", "minContains", "maxContains"],
  ["unevaluatedItems", "schema.items.narrowed"],
  ["required", "schema.required.added"],
  ["dependentRequired", "schema.required.added"],
  ["properties", "schema.enum.narrowed"],
  ["patternProperties", "schema.enum.narrowed"],
  ["additionalProperties", "schema.properties.closed", "properties", "patternProperties"],
  ["propertyNames", "schema.properties.closed"],
  ["dependentSchemas", "schema.enum.narrowed"],
  ["not", "schema.forbidden"],
  ["if", "schema.forbidden", "then", "else"],
];
const MAX_SHOWN = 20;

/** Why a schema's own keywords may refuse some of the values; `type` is checked elsewhere. */
export function literalIssues(
  proof: Proof,
  literals: Literals,
  schema: JsonObject,
  path: string,
): readonly Issue[] {
  const { evaluator } = proof;
  const values = literals.values.filter((value) => isOfType(typesOf(schema), value));
  const issues: Issue[] = [];
  for (const [keyword, code, ...others] of CODES) {
    if (schema[keyword] === undefined) continue;
    const alone = Object.fromEntries(
      [keyword, ...others].filter((name) => Object.hasOwn(schema, name))
        .map((name) => [name, schema[name] ?? null]),
    );
    const refused = values.filter((value) => evaluator.admits(alone, value) !== true);
    if (refused.length > 0) {
      issues.push(refusedIssue(code, appendPointer(path, keyword), refused, schema[keyword]));
    }
  }
  if (schema.unevaluatedProperties !== undefined) {
    const { anyOf: _any, oneOf: _one, allOf: _all, ...own } = schema;
    const refused = values.filter((value) =>
      evaluator.admits(schema, value) !== true && evaluator.admits(own, value) !== true
    );
    const at = appendPointer(path, "unevaluatedProperties");
    if (refused.length > 0) issues.push(refusedIssue("schema.properties.closed", at, refused));
  }
  return issues;
}

/** Literal values that are refused, or not proved to be taken. */
export function refusedIssue(
  code: DangerousSchemaChangeCode,
  path: string,
  refused: readonly JsonValue[],
  after?: JsonValue,
): Issue {
  const [first = null] = refused;
  const count = refused.length === 1 ? "" : ` and ${refused.length - 1} more`;
  return {
    code,
    path,
    message: `The value ${shown(first)}${count} is refused now ${where(path)}.`,
    before: refused.length === 1 ? first : refused.slice(0, MAX_SHOWN),
    ...(after === undefined ? {} : { after }),
    examples: () => refused.slice(0, 3),
  };
}

/** True for a type as a whole, which has few values only because JSON has no more of them. */
export function isWholeKind(values: readonly JsonValue[]): boolean {
  const kinds = new Set(values.map(kindOf));
  return kinds.has("null") || (kinds.has("boolean") && values.length > 1);
}
