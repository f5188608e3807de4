import type { Change } from "../../reconcile/changes/change.ts";
import type { Screen } from "../terminal/terminal.ts";
import { dangerousLines } from "./dangerous_change.ts";
import { safeLines } from "./safe_changes.ts";

/** Text is never wider than this, because long lines are hard to read. */
const WIDEST = 100;
/** Columns where the output is no terminal. */
const USUAL = 80;

/** Columns to lay text out in. */
export function textWidth({ columns }: Screen): number {
  return columns === Infinity ? USUAL : Math.min(columns, WIDEST);
}

/**
 * Changes for a person: the dangerous ones first, each with what it does, what it costs, and what
 * to do; then the safe ones, a line each, additions together.
 */
export function changesLines(changes: readonly Change[], screen: Screen): readonly string[] {
  const { style } = screen;
  const width = textWidth(screen);
  const dangerous = changes.filter(({ severity }) => severity === "dangerous");
  const safe = changes.filter(({ severity }) => severity === "safe");
  const lines: string[] = [];
  const explained = new Map<string, number>();
  for (const [index, change] of dangerous.entries()) {
    if (index === 0) lines.push(style.bold(style.red("dangerous")));
    lines.push(...dangerousLines(change, index + 1, explained, style, width), "");
  }
  if (safe.length > 0) {
    lines.push(style.bold(style.green("safe")), ...safeLines(safe, style, width), "");
  }
  return lines.slice(0, -1);
}

/** `2 dangerous, 5 safe`, or what there is instead. */
export function countText(changes: readonly Change[]): string {
  if (changes.length === 0) return "no changes";
  const dangerous = changes.filter(({ severity }) => severity === "dangerous").length;
  return `${dangerous} dangerous, ${changes.length - dangerous} safe`;
}
