import type { TrustedKeys } from "../../reconcile/records/trusted_keys.ts";
import type { ChainReport } from "../../reconcile/verify/verify_report.ts";
import { printable } from "../terminal/printable.ts";
import type { Screen } from "../terminal/terminal.ts";
import { wrap } from "../terminal/wrap.ts";
import { textWidth } from "./change_view.ts";

/** What a history is called, and what checking it found. */
export type NamedReport = ChainReport & { readonly what: string; readonly version?: number };

/**
 * The result of a verification: what it is worth, and one line for each intact history, every finding for
 * the others.
 */
export function verifyText(
  reports: readonly NamedReport[],
  trusted: TrustedKeys | undefined,
  screen: Screen,
): string {
  const { style } = screen;
  const lines = reports.flatMap((report) => reportLines(report, screen));
  const wrong = reports.filter(({ findings }) => findings.length > 0).length;
  if (reports.length > 1) {
    lines.push(
      "",
      wrong === 0
        ? style.green(`all ${reports.length} histories are as Trellis left them`)
        : style.red(`${wrong} of ${reports.length} histories are not as Trellis left them`),
    );
  }
  const isSigned = reports.some(({ signedFrom }) => signedFrom !== undefined);
  lines.push("", ...wrap(worth(trusted, isSigned), textWidth(screen)).split("\n").map(style.dim));
  return lines.join("\n");
}

/** What a verification proves, and what not. */
function worth(trusted: TrustedKeys | undefined, isSigned: boolean): string {
  if (trusted === undefined) {
    return (isSigned
      ? "Nobody's key is known here, so signatures prove nothing: name one with --trust. "
      : "Nothing is signed on this server. ") +
      "Only changes by somebody who does not know how Trellis writes are found.";
  }
  const names = [...trusted.values()].map(({ name }) => name).join(", ");
  return `What is signed was written by ${names}, or by whom they let in, and nobody has changed it ` +
    "since. It may have been longer: keep the heads elsewhere, and compare with --head.";
}

function reportLines(report: NamedReport, screen: Screen): string[] {
  const { style } = screen;
  const { what, findings, notes, hashes, version } = report;
  const name = style.bold(printable(what));
  const mark = findings.length === 0 ? style.green("✓") : style.red("✗");
  const count = [
    `${hashes.length} ${hashes.length === 1 ? "entry" : "entries"}`,
    ...(version === undefined ? [] : [`version ${version}`]),
    signedText(report),
  ].join(", ");
  const lines = [`${mark} ${name}  ${findings.length === 0 ? count : problems(findings.length)}`];
  const width = textWidth(screen);
  const indented = (text: string, indent: number) =>
    wrap(printable(text), width - indent).split("\n").map((line) => " ".repeat(indent) + line);
  for (const { where, message, code } of findings) {
    lines.push(`  ${style.red(printable(where))}  ${code}`, ...indented(message, 4));
  }
  for (const note of notes) lines.push(...indented(`note: ${note}`, 2).map(style.dim));
  const head = hashes.at(-1);
  if (head !== undefined) lines.push(style.dim(`  head ${printable(head)}`));
  return lines;
}

function signedText({ signedFrom }: ChainReport): string {
  if (signedFrom === undefined) return "not signed";
  return signedFrom === 1 ? "all signed" : `signed from ${signedFrom} on`;
}

function problems(count: number): string {
  return `${count} thing${count === 1 ? "" : "s"} not as Trellis left ${
    count === 1 ? "it" : "them"
  }`;
}
