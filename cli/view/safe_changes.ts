import { changeEntry } from "../../reconcile/changes/catalogue.ts";
import type { Change } from "../../reconcile/changes/change.ts";
import { displayWidth, truncate } from "../terminal/display_width.ts";
import { printable } from "../terminal/printable.ts";
import type { Style } from "../terminal/style.ts";
import { wrap } from "../terminal/wrap.ts";
import { changedName, placeText, placeWords } from "../words/change_place.ts";
import { changedValues } from "../words/change_values.ts";
import { impactLines, isFelt } from "../words/impact_text.ts";
import { safeGroups } from "../words/safe_groups.ts";

/** Lines that a group of additions may take; more names would not help a reader. */
const MOST_LINES = 3;

/** Safe changes, a line each; what is added stands together by its code. */
export function safeLines(
  changes: readonly Change[],
  style: Style,
  width: number,
): readonly string[] {
  const lines = safeGroups(changes).flatMap((group) => {
    const [change] = group;
    return change.op === "add"
      ? addedLines(group, change, style, width)
      : [changeLine(change, style, width), ...costLines(change, width)];
  });
  // Several changes of one schema may read the same at this width.
  return [...new Set(lines)];
}

/** `  + rpc  Orders.Create, Orders.Get      surface.added` */
function addedLines(
  group: readonly Change[],
  first: Change,
  style: Style,
  width: number,
): readonly string[] {
  const { code } = first;
  const { topic } = placeWords(first);
  const lead = `  ${style.green("+")} `;
  const names = group.map(changedName);
  const head = group.length > 1 ? `${group.length} ${topic}` : topic;
  const room = Math.max(8, width - 4 - displayWidth(head) - 1);
  const trailer = `  ${code}`;
  const whole = names.map((text) => printable(text)).join(", ");
  if (displayWidth(whole) + trailer.length <= room) {
    const gap = " ".repeat(room - displayWidth(whole) - code.length);
    return [`${lead}${style.bold(head)} ${whole}${gap}${style.dim(code)}`];
  }
  const gap = " ".repeat(Math.max(2, width - 4 - displayWidth(head) - code.length));
  return [`${lead}${style.bold(head)}${gap}${style.dim(code)}`, ...nameLines(names, width)];
}

/** What a safe change means for entries that are there; nothing where that is nothing. */
function costLines({ impact }: Change, width: number): readonly string[] {
  if (impact === undefined || !isFelt(impact)) return [];
  return impactLines(impact).flatMap((line) => wrap(line, width, 6).split("\n"));
}

/** Names on at most that many lines, and how many are left out. */
function nameLines(names: readonly string[], width: number): readonly string[] {
  const indent = " ".repeat(6);
  const lines: string[] = [];
  let line = "";
  for (const [index, name] of names.entries()) {
    const text = truncate(printable(name), width - indent.length - 1) +
      (index < names.length - 1 ? "," : "");
    const joined = line === "" ? text : `${line} ${text}`;
    if (indent.length + displayWidth(joined) <= width) {
      line = joined;
      continue;
    }
    lines.push(indent + line);
    if (lines.length === MOST_LINES - 1) {
      return [...lines, `${indent}and ${names.length - index} more`];
    }
    line = text;
  }
  return [...lines, indent + line];
}

function changeLine(change: Change, style: Style, width: number): string {
  const mark = change.op === "remove" ? style.yellow("-") : style.green("~");
  const place = printable(placeText(change));
  const { before, after } = changedValues(change);
  const values = before !== undefined && after !== undefined ? `${before} → ${after}` : undefined;
  const title = changeEntry(change.code)?.title ?? change.reason;
  const code = change.code;
  const room = width - 4;
  const shown = truncate(place, room);
  const left = room - displayWidth(shown) - 2;
  // The most exact words that fit.
  const words = values !== undefined && displayWidth(values) <= left ? values : title;
  const text = left < 8 ? "" : truncate(words, left);
  const gap = left - displayWidth(text) - code.length;
  const trailer = gap >= 2 ? `${" ".repeat(gap)}${style.dim(code)}` : "";
  return `  ${mark} ${style.bold(shown)}${text === "" ? "" : `  ${text}`}${trailer}`;
}
