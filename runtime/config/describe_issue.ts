import type { z } from "zod";
import type { ConfigIssue } from "./config_error.ts";

type ZodIssue = z.ZodError["issues"][number];

/**
 * Says what Zod found of a variable without saying what stands in it. A message of the schema's own
 * goes on as it is, unless it repeats a value; then the broken rule is named in our words.
 */
export function describeIssue(
  issue: ZodIssue,
  values: Readonly<Record<string, string>>,
  unreadable: readonly string[],
): ConfigIssue {
  const [first, ...inside] = issue.path;
  const variable = first === undefined ? undefined : String(first);
  const unset = variable !== undefined && !Object.hasOwn(values, variable);
  if (unset && issue.code !== "custom") {
    return { variable, message: unreadable.includes(variable) ? unreadableHint(variable) : UNSET };
  }
  // What stands inside a variable, keys included, is its value as well.
  const secret = inside.length > 0 || FROM_CONTENT.has(issue.code) ||
    Object.values(values).some((value) => value !== "" && issue.message.includes(value));
  return { variable, message: secret ? ruleOf(issue, inside.length > 0) : issue.message };
}

const UNSET = "is not set";
const FROM_CONTENT: ReadonlySet<string> = new Set([
  "unrecognized_keys",
  "invalid_union",
  "invalid_key",
  "invalid_element",
]);

function unreadableHint(variable: string): string {
  return `may not be read by this process; run it with --allow-env=${variable}`;
}

/** The broken rule, made of what the schema says alone. */
function ruleOf(issue: ZodIssue, inside: boolean): string {
  const where = inside ? "a part of it " : "";
  switch (issue.code) {
    case "invalid_type":
      return `${where}must be of type ${issue.expected}`;
    case "invalid_value":
      return `${where}must be one of ${issue.values.map(String).join(", ")}`;
    case "invalid_format":
      return `${where}must have the format ${issue.format}`;
    case "too_small":
      return `${where}is too small: at least ${issue.minimum}`;
    case "too_big":
      return `${where}is too large: at most ${issue.maximum}`;
    default:
      return `${where}does not fit its schema (${issue.code})`;
  }
}
