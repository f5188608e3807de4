import type { TypeProblem } from "../type_check/type_problem.ts";
import { truncate } from "../terminal/display_width.ts";
import { printable } from "../terminal/printable.ts";
import type { Screen } from "../terminal/terminal.ts";
import { wrap } from "../terminal/wrap.ts";
import { textWidth } from "./change_view.ts";

/** Problems that are shown; the first ones explain the others more often than not. */
const MOST_PROBLEMS = 5;

/** Longest line of a compiler's message; the rest is types within types. */
const LONGEST_LINE = 230;

/** What is shown of a type in a line that is longer; what matters stands beside the types. */
const TYPE_IN_LONG_LINE = 40;

/** Type errors for a person: where, what, and the innermost reason. */
export function typeProblemsText(problems: readonly TypeProblem[], screen: Screen): string {
  const { style } = screen;
  const lines = problems.slice(0, MOST_PROBLEMS).flatMap(({ file, line, column, message }) => [
    `  ${style.bold(`${printable(file)}:${line}:${column}`)}`,
    ...gist(message).map((text) => wrap(printable(text), textWidth(screen), 4)),
  ]);
  const rest = problems.length - MOST_PROBLEMS;
  return [...lines, ...(rest > 0 ? [style.dim(`  and ${rest} more`)] : [])].join("\n");
}

/** The first line of a compiler error, unless it is too long to help, and the innermost reason. */
function gist(message: string): readonly string[] {
  const [first = "", ...rest] = message.split("\n");
  const last = rest.at(-1)?.trim();
  const lines = last === undefined ? [first] : first.length > LONGEST_LINE ? [last] : [first, last];
  return lines.map(shortened);
}

/** The line with its types cut short, where it is too long: names of what is missing come last. */
function shortened(line: string): string {
  if (line.length <= LONGEST_LINE) return line;
  const brief = line.replace(/'([^']+)'/g, (_, type) => `'${truncate(type, TYPE_IN_LONG_LINE)}'`);
  return truncate(brief, LONGEST_LINE);
}
