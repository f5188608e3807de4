import type { JsonObject, JsonValue } from "../json/json.ts";
import { checkSchema } from "../schema/declared/schema_check.ts";
import { Evaluator } from "./values/evaluator.ts";
import type { SchemaComparison, SchemaFinding } from "./finding.ts";
import { Identities } from "./identities.ts";
import { Inclusion } from "./inclusion.ts";
import { type Issue, where } from "./issue.ts";
import { sizeProblem } from "./size_problem.ts";
import { OldValues } from "./values/old_values.ts";
import { PatternLanguage } from "../patterns/pattern_language.ts";
import { safeChanges } from "./safe_changes.ts";
import type { Schema } from "../schema/schema_parts.ts";
import { OutOfStepsError, Steps } from "../patterns/steps.ts";

const DEFAULT_BUDGET = 200_000;
const MAX_FINDINGS = 1000;
/** Examples are looked for in this many findings, among this many candidates of each. */
const MAX_EXAMPLES = 20;
const MAX_CANDIDATES = 12;
const MAX_EXAMPLE_LENGTH = 10_000;
/** Longest text of a value that a finding shows. */
const MAX_SHOWN = 1000;

/** How schemas are compared. */
export interface CompareOptions {
  /** Most steps of work, of about a microsecond; what is not proved by then stays unproved. */
  readonly budget?: number;
}

/**
 * Proves that a new schema takes every value that an old one declares, or says why not: what was
 * written under the old schema can then be read under the new one. Swap the arguments for values
 * that flow the other way.
 *
 * A value is declared when the old schema takes it and its members are named in the schema. An
 * object that is not closed takes members of any name, and yet promises nothing of them: to add an
 * optional property is compatible, though a value may have carried a member of that name; so is a
 * pattern of names in place of a narrower one. To close
 * such an object is not, because every undeclared member is refused from then on; the
 * same holds for members of any name that are declared by a pattern or by `additionalProperties`
 * with a schema.
 *
 * A pure function: examples are verified by an interpreter of the validator's rules rather than by
 * the validator, which compiles for milliseconds and runs patterns without a bound. Numbers from
 * 1e21 on, whose multiples the validator cannot recognise, count as if it could.
 *
 * @example
 * ```ts
 * import { compareSchemas } from "./compare_schemas.ts";
 *
 * const { verdict, findings } = compareSchemas(
 *   { type: "object", properties: { id: { type: "string" } } },
 *   { type: "object", properties: { id: { type: "string" } }, required: ["id"] },
 * );
 * // "incompatible"; findings[0]: { code: "schema.required.added", path: "/required/0", example: {} }
 * ```
 */
export function compareSchemas(
  before: JsonObject | boolean,
  after: JsonObject | boolean,
  options: CompareOptions = {},
): SchemaComparison {
  if (before === after) return { verdict: "same", findings: [] };
  const tooLarge = sizeProblem(before) ?? sizeProblem(after);
  if (tooLarge !== undefined) return unproved(`The schema is ${tooLarge}.`);
  const budget = options.budget ?? DEFAULT_BUDGET;
  const steps = new Steps(budget);
  try {
    const strict = new Identities(steps, true);
    if (strict.of(before) === strict.of(after)) return { verdict: "same", findings: [] };
    const [problem] = [...checkSchema(before), ...checkSchema(after)];
    if (problem !== undefined) {
      return unproved(
        `A part that cannot be compared ${problem.message} ${where(problem.path)}.`,
        problem.path,
      );
    }
    return prove(before, after, strict, steps, budget);
  } catch (error) {
    if (!(error instanceof OutOfStepsError)) throw error;
    return unproved("The schema is too large to prove within the budget.");
  }
}

function prove(
  before: Schema,
  after: Schema,
  strict: Identities,
  steps: Steps,
  budget: number,
): SchemaComparison {
  const language = new PatternLanguage(steps);
  const evaluator = new Evaluator(steps, language);
  const old = new OldValues(steps, evaluator, language);
  const inclusion = new Inclusion(old, new Identities(steps, false));
  const issues = inclusion.compare({ parts: [before] }, after, "");
  steps.grant(budget);
  if (issues.length === 0) {
    return { verdict: "compatible", findings: safeChanges(before, after, strict) };
  }
  const findings: SchemaFinding[] = [];
  let isProved = false;
  let isAffordable = true;
  for (const [issue, alike] of distinct(issues).slice(0, MAX_FINDINGS)) {
    let example: JsonValue | undefined;
    if (isAffordable && findings.length < MAX_EXAMPLES) {
      try {
        example = exampleOf(
          alike,
          (value) =>
            evaluator.admits(before, value) === true && evaluator.admits(after, value) === false,
        );
      } catch (error) {
        if (!(error instanceof OutOfStepsError)) throw error;
        isAffordable = false;
      }
    }
    isProved ||= example !== undefined || issue.code === "schema.meaning.changed";
    findings.push(findingOf(issue, example));
  }
  return { verdict: isProved ? "incompatible" : "unproved", findings };
}

/** The issues without repetition: the same at the same place is seen once for every alternative. */
function distinct(issues: readonly Issue[]): readonly (readonly [Issue, readonly Issue[]])[] {
  const byKey = new Map<string, [Issue, Issue[]]>();
  for (const issue of issues) {
    const key = `${issue.code} ${issue.path}`;
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, [issue, [issue]]);
    else known[1].push(issue);
  }
  return [...byKey.values()];
}

function exampleOf(
  issues: readonly Issue[],
  isExample: (value: JsonValue) => boolean,
): JsonValue | undefined {
  let tried = 0;
  for (const issue of issues) {
    for (const value of issue.examples()) {
      if (++tried > MAX_CANDIDATES) return undefined;
      if (JSON.stringify(value).length > MAX_EXAMPLE_LENGTH) continue;
      if (isExample(value)) return value;
    }
  }
  return undefined;
}

function findingOf(issue: Issue, example: JsonValue | undefined): SchemaFinding {
  const { code, path, message, before, after } = issue;
  return {
    code,
    path,
    message,
    ...(isShort(before) ? { before } : {}),
    ...(isShort(after) ? { after } : {}),
    ...(example === undefined ? {} : { example }),
  };
}

function isShort(value: JsonValue | undefined): value is JsonValue {
  return value !== undefined && JSON.stringify(value).length <= MAX_SHOWN;
}

function unproved(message: string, path = ""): SchemaComparison {
  return { verdict: "unproved", findings: [{ code: "schema.unproved", path, message }] };
}
