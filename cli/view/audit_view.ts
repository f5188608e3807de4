import type { HistoryLine } from "../../reconcile/audit/merged_history.ts";
import type { TrustedKeys } from "../../reconcile/records/trusted_keys.ts";
import { signerText } from "../words/signer_text.ts";
import { printable } from "../terminal/printable.ts";
import { relativeTime } from "../terminal/relative_time.ts";
import type { Screen } from "../terminal/terminal.ts";
import { wrap } from "../terminal/wrap.ts";
import { textWidth } from "./change_view.ts";

/** What happened, oldest first: what and to whom, then when, by whom and whose key has signed it. */
export function auditText(
  lines: readonly HistoryLine[],
  keys: TrustedKeys | undefined,
  now: number,
  screen: Screen,
): string {
  const { style } = screen;
  const width = textWidth(screen) - 2;
  const indented = (text: string) =>
    wrap(printable(text), width).split("\n").map((line) => `  ${line}`);
  return lines.flatMap(({ at, kind, by, subject, text, signedBy }) => [
    `${style.bold(printable(kind))}  ${printable(subject)}`,
    ...indented(
      `${relativeTime(at, now)} by ${by}, ${signerText(signedBy, keys?.get(signedBy ?? "")?.name)}`,
    )
      .map(style.dim),
    ...(text === "" ? [] : indented(text)),
  ]).join("\n");
}
