import type { Decision } from "../../reconcile/record.ts";
import { printable } from "../terminal/printable.ts";
import { relativeTime } from "../terminal/relative_time.ts";
import type { Screen } from "../terminal/terminal.ts";
import { paintState } from "./plan_view.ts";

/** What was decided, one decision after the other: when, by whom, and why. */
export function historyText(history: readonly Decision[], now: number, screen: Screen): string {
  const { style } = screen;
  return history.flatMap(({ at, by, outcome, planId, version, reason, acknowledgement }) => {
    const why = reason ?? acknowledgement;
    return [
      `${planId}  ${paintState(outcome, style)(outcome)}, version ${version}`,
      style.dim(`  ${relativeTime(at, now)} by ${printable(by)}`),
      ...(why === undefined ? [] : [`  ${printable(why)}`]),
    ];
  }).join("\n");
}
