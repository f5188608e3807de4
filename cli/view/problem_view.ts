import type { ContractProblem } from "../../contracts/discovery/discovery.ts";
import { printable } from "../terminal/printable.ts";
import type { Screen } from "../terminal/terminal.ts";
import { wrap } from "../terminal/wrap.ts";

/** Problems of contract files for a person: by file, each with where, what, and how to fix it. */
export function problemsText(problems: readonly ContractProblem[], screen: Screen): string {
  const { style, columns } = screen;
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
      const [words = "", ...excerpt] = printable(message, { lines: true }).split("\n");
      const first = where === "" ? words : `${printable(where)}  ${words}`;
      // An excerpt of the source stays as it is: its columns mean something.
      lines.push(wrap(first, columns, 2), ...excerpt);
      if (fix !== "") lines.push(style.dim(wrap(printable(fix, { lines: true }), columns, 4)));
    }
  }
  return lines.join("\n");
}
