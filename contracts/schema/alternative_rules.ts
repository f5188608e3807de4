import type { JsonObject, JsonValue } from "../json/json.ts";
import { broken, type MakeRule, type Rule, rule } from "./rule.ts";
import { isSameJson } from "./same_json.ts";
import { schemaAt, schemasAt } from "./schema_parts.ts";

/** What a schema says of values of all types, beside their type. */
export function alternativeRules(schema: JsonObject, make: MakeRule): readonly Rule[] {
  const rules: Rule[] = [];
  const not = schemaAt(schema, "not");
  if (not !== undefined) {
    const unwanted = make(not);
    rules.push(rule((value) => !unwanted(value), "must NOT be valid"));
  }
  if (schema.anyOf !== undefined) rules.push(anyRule(schemasAt(schema, "anyOf").map(make)));
  if (schema.oneOf !== undefined) rules.push(oneRule(schemasAt(schema, "oneOf").map(make)));
  rules.push(...schemasAt(schema, "allOf").map(make));
  if (schemaAt(schema, "if") !== undefined) rules.push(conditionRule(schema, make));
  if (Object.hasOwn(schema, "const")) {
    const only = schema.const ?? null;
    const message = `must be equal to constant ${JSON.stringify(only)}`;
    rules.push(rule((value) => isSame(only, value), message));
  }
  const listed: JsonValue | undefined = schema.enum;
  if (Array.isArray(listed)) {
    const message = `must be equal to one of the allowed values ${JSON.stringify(listed)}`;
    rules.push(rule((value) => listed.some((literal) => isSame(literal, value)), message));
  }
  return rules;
}

function anyRule(options: readonly Rule[]): Rule {
  return (value, report) => {
    const before = report?.count ?? 0;
    if (!options.some((option) => option(value, report))) {
      return broken(report, "must match a schema in anyOf");
    }
    report?.forget(before);
    return true;
  };
}

function oneRule(options: readonly Rule[]): Rule {
  return (value, report) => {
    const before = report?.count ?? 0;
    let kept = 0;
    for (const option of options) if (kept < 2 && option(value, report)) kept++;
    if (kept !== 1) {
      return broken(report, "must match exactly one schema in oneOf");
    }
    report?.forget(before);
    return true;
  };
}

function conditionRule(schema: JsonObject, make: MakeRule): Rule {
  const [condition, then, otherwise] = ["if", "then", "else"].map((keyword) =>
    make(schemaAt(schema, keyword) ?? true)
  );
  return (value, report) => {
    const holds = condition?.(value) === true;
    const branch = holds ? then : otherwise;
    if (branch?.(value, report) !== false) return true;
    return broken(report, `must match "${holds ? "then" : "else"}" schema`);
  };
}

/** What cannot be compared, because it has a member such as `valueOf`, is not the same. */
function isSame(literal: JsonValue, value: unknown): boolean {
  // Whatever it is, it is not changed, and nothing but its own members is read.
  return literal === value || isSameJson(literal, value as JsonValue) === true;
}
