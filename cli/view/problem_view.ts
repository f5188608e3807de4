import type { ContractProblem } from "../../contracts/discovery/discovery.ts";
import { printable } from "../terminal/printable.ts";
import type { Screen } from "../terminal/terminal.ts";

/** Problems of contract files for a person: by file, each with where, what, and how to fix it. */
export function problemsText(problems: readonly ContractProblem[], screen: Screen): string {
  const { style } = screen;
  const files = new Map<string, ContractProblem[]>();
  for (const problem of problems) {
    const known = files.get(problem.file);
    if (known === undefined) files.set(problem.file, [problem]);
    else known.push(problem);
  }
  const lines = [`${problems.length} problem${problems.length === 1 ? "" : "s"} in contracts`];
  for (const [file, found] of files) {
    lines.push(style.bold(printable(file || "contracts")));
    for (const { path, message, fix, line, column } of found) {
      const place = line === undefined ? "" : `line ${line}${column ? `:${column}` : ""}`;
      const where = [place, path].filter((text) => text !== "").join("  ");
      lines.push(`  ${where ? `${printable(where)}  ` : ""}${printable(message, { lines: true })}`);
      if (fix !== "") lines.push(style.dim(`    ${printable(fix, { lines: true })}`));
    }
  }
  return lines.join("\n");
}
