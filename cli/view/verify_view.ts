import type { VerifyReport } from "../../reconcile/verify/verify_evidence.ts";
import { printable } from "../terminal/printable.ts";
import type { Screen } from "../terminal/terminal.ts";
import { wrap } from "../terminal/wrap.ts";
import { textWidth } from "./change_view.ts";

/** The result of a verification: one line for each intact deployment, every finding for the others. */
export function verifyText(reports: readonly VerifyReport[], screen: Screen): string {
  const { style } = screen;
  const lines = reports.flatMap((report) => reportLines(report, screen));
  if (reports.length > 1) {
    const wrong = reports.filter(({ findings }) => findings.length > 0).length;
    const summary = wrong === 0
      ? style.green(`all ${reports.length} deployments are as Trellis left them`)
      : style.red(`${wrong} of ${reports.length} deployments are not as Trellis left them`);
    lines.push("", summary);
  }
  return lines.join("\n");
}

function reportLines(report: VerifyReport, screen: Screen): string[] {
  const { style } = screen;
  const { deployment, findings, notes, head, decisions, version } = report;
  const name = style.bold(printable(deployment));
  const mark = findings.length === 0 ? style.green("✓") : style.red("✗");
  const count = `${decisions} decision${decisions === 1 ? "" : "s"}, version ${version}`;
  const lines = [`${mark} ${name}  ${findings.length === 0 ? count : problems(findings.length)}`];
  const width = textWidth(screen);
  const indented = (text: string, indent: number) =>
    wrap(printable(text), width - indent).split("\n").map((line) => " ".repeat(indent) + line);
  for (const { where, message, code } of findings) {
    lines.push(`  ${style.red(printable(where))}  ${code}`, ...indented(message, 4));
  }
  for (const note of notes) lines.push(...indented(`note: ${note}`, 2).map(style.dim));
  if (head !== undefined) lines.push(style.dim(`  head ${head}`));
  return lines;
}

function problems(count: number): string {
  return `${count} thing${count === 1 ? "" : "s"} not as Trellis left ${
    count === 1 ? "it" : "them"
  }`;
}
