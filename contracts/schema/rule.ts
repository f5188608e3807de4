import type { IssueReport } from "./issue_report.ts";
import type { Schema } from "./schema_parts.ts";

/**
 * Whether a value keeps what its schema says. What is wrong goes to the report, where somebody wants to
 * know it.
 */
export type Rule<T = unknown> = (value: T, report?: IssueReport) => boolean;

/** Makes the rule that a schema is. */
export type MakeRule = (schema: Schema) => Rule;

/** A rule that is broken in one way. */
export function rule<T>(isKept: (value: T) => boolean, message: string): Rule<T> {
  return (value, report) => isKept(value) || broken(report, message);
}

/** Notes what is wrong; false, as the answer of the rule. */
export function broken(
  report: IssueReport | undefined,
  message: string,
  ...member: readonly string[]
): false {
  report?.add(message, ...member);
  return false;
}

/** The rule that is kept where all of these are. */
export function allRules<T>(rules: readonly Rule<T>[]): Rule<T> {
  const [only] = rules;
  if (only !== undefined && rules.length === 1) return only;
  return (value, report) => holdsForAll(rules, report, (each) => each(value, report));
}

/** Whether a test holds for all. It looks on behind the first that fails only where all issues are wanted. */
export function holdsForAll<T>(
  items: Iterable<T>,
  report: IssueReport | undefined,
  test: (item: T) => boolean,
): boolean {
  let holds = true;
  for (const item of items) {
    if (test(item)) continue;
    if (report?.isThorough !== true) return false;
    holds = false;
  }
  return holds;
}

/** Whether a member keeps its rule. */
export function memberKeeps(
  key: string | number,
  member: unknown,
  own: Rule,
  report: IssueReport | undefined,
): boolean {
  if (report === undefined) return own(member);
  report.enter(key);
  const isKept = own(member, report);
  report.leave();
  return isKept;
}
