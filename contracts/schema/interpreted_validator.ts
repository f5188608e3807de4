import type { ValidationIssue } from "../errors/validation_error.ts";
import { isRecord, type JsonObject } from "../json/json.ts";
import { alternativeRules } from "./alternative_rules.ts";
import { isLarge, IssueReport } from "./issue_report.ts";
import { listRules, objectRules } from "./member_rules.ts";
import { allRules, type MakeRule, type Rule, rule } from "./rule.ts";
import { numberRules, textRules } from "./scalar_rules.ts";
import { type Schema, typesOf } from "./schema_parts.ts";

const ANYTHING: Rule = () => true;
const NOTHING: Rule = rule(() => false, "boolean schema is false");

/**
 * Checks without compiling code, for web pages whose policy forbids `eval`. Decides as the compiled check
 * does.
 */
export class InterpretedValidator {
  readonly #rule: Rule;

  constructor(schema: object | boolean) {
    // What stands in the place of a schema is one; where it was declared, it was checked.
    this.#rule = ruleMaker()(schema as Schema);
  }

  /** True when the value fits. */
  check(value: unknown): boolean {
    return this.#rule(value);
  }

  /** Why a value does not fit. */
  issues(value: unknown): readonly ValidationIssue[] {
    const report = new IssueReport(!isLarge(value));
    this.#rule(value, report);
    return report.issues;
  }
}

/** Makes each part of a schema once. */
function ruleMaker(): MakeRule {
  const made = new WeakMap<JsonObject, Rule>();
  const make = (schema: Schema): Rule => {
    if (typeof schema === "boolean") return schema ? ANYTHING : NOTHING;
    let own = made.get(schema);
    if (own === undefined) made.set(schema, own = allRules(rulesOf(schema, make)));
    return own;
  };
  return make;
}

function rulesOf(schema: JsonObject, make: MakeRule): readonly Rule[] {
  const rules: Rule[] = [];
  const types = typesOf(schema);
  if (types !== undefined) {
    const words = [schema.type].flat().join();
    rules.push(
      rule((value) => types.has(typeOf(value)) || isInteger(types, value), `must be ${words}`),
    );
  }
  rules.push(...alternativeRules(schema, make));
  const numbers = allOrNone(numberRules(schema));
  const texts = allOrNone(textRules(schema));
  const lists = allOrNone(listRules(schema, make));
  const objects = allOrNone(objectRules(schema, make));
  if (numbers) rules.push((value, report) => typeof value !== "number" || numbers(value, report));
  if (texts) rules.push((value, report) => typeof value !== "string" || texts(value, report));
  if (lists) rules.push((value, report) => !Array.isArray(value) || lists(value, report));
  if (objects) rules.push((value, report) => !isRecord(value) || objects(value, report));
  return rules;
}

function allOrNone<T>(rules: readonly Rule<T>[]): Rule<T> | undefined {
  return rules.length === 0 ? undefined : allRules(rules);
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

function isInteger(types: ReadonlySet<string>, value: unknown): boolean {
  return types.has("integer") && Number.isInteger(value);
}
