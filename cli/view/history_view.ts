import type { Decision } from "../../reconcile/records/authority_record.ts";
import { decisionWords } from "../words/decision_words.ts";
import { printable } from "../terminal/printable.ts";
import { relativeTime } from "../terminal/relative_time.ts";
import type { Screen } from "../terminal/terminal.ts";
import { wrap } from "../terminal/wrap.ts";
import { textWidth } from "./change_view.ts";
import { paintState } from "./plan_view.ts";

/** What was decided, one decision after the other: when, by whom, and why; its last hash at the end. */
export function historyText(history: readonly Decision[], now: number, screen: Screen): string {
  const { style } = screen;
  const width = textWidth(screen) - 2;
  const lines = history.flatMap((decision) => {
    const { at, by, outcome, planId, version } = decision;
    const words = decisionWords(decision).flatMap((text) =>
      wrap(printable(text), width).split("\n")
    );
    return [
      `${planId || "authority"}  ${paintState(outcome, style)(outcome)}, version ${version}`,
      style.dim(`  ${relativeTime(at, now)} by ${printable(by)}`),
      ...words.map((line) => `  ${line}`),
    ];
  });
  const head = history.at(-1)?.hash;
  if (head !== undefined) lines.push(style.dim(`head ${head}`));
  return lines.join("\n");
}
