import { changeEntry } from "../../reconcile/changes/catalogue.ts";
import type { Change } from "../../reconcile/changes/change.ts";
import { displayWidth, truncate } from "../terminal/display_width.ts";
import { printable } from "../terminal/printable.ts";
import type { Paint, Style } from "../terminal/style.ts";
import { wrap } from "../terminal/wrap.ts";
import { placeText } from "../words/change_place.ts";
import { changedValues, exampleText } from "../words/change_values.ts";
import { impactLines } from "../words/impact_text.ts";
import { wayOutText } from "../words/way_out.ts";

const INDENT = 4;
/** Width of the words before a detail, as `example  `. */
const LABEL = 9;

/** Something to say of a change, behind a word that says what it is. */
interface Detail {
  /** Empty: the text continues the detail before it. */
  readonly label: string;
  readonly text: string;
  readonly paint?: Paint;
}

/**
 * A dangerous change for a person: where, what, from what to what, why, what it costs, and what to
 * do.
 *
 * @param explained by code and by danger, the number of the change that explained it; what several
 * changes share is explained once
 */
export function dangerousLines(
  change: Change,
  number: number,
  explained: Map<string, number>,
  style: Style,
  width: number,
): readonly string[] {
  const title = changeEntry(change.code)?.title ?? change.code;
  const room = width - INDENT - LABEL;
  const details = [
    ...valueDetails(change, room),
    ...costDetails(change, style, room),
    ...adviceDetails(change, number, explained),
  ];
  return [
    ...headLines(change, number, style, width),
    ...wrap(title, width, INDENT).split("\n"),
    ...details.flatMap((detail) => detailLines(detail, style, width)),
  ];
}

function headLines(
  change: Change,
  number: number,
  style: Style,
  width: number,
): readonly string[] {
  const { code } = change;
  const room = width - INDENT;
  const place = truncate(printable(placeText(change)), room);
  const head = `${String(number).padStart(INDENT - 1)} ${style.bold(place)}`;
  const gap = room - displayWidth(place) - code.length;
  return gap >= 2
    ? [`${head}${" ".repeat(gap)}${style.dim(code)}`]
    : [head, `${" ".repeat(INDENT)}${style.dim(truncate(code, room))}`];
}

function detailLines({ label, text, paint }: Detail, style: Style, width: number): string[] {
  const body = wrap(text, width, INDENT + LABEL).split("\n").map((line) => line.trimStart());
  return body.map((line, row) => {
    const head = row === 0 && label !== "" ? style.dim(label.padEnd(LABEL)) : " ".repeat(LABEL);
    return `${" ".repeat(INDENT)}${head}${paint === undefined ? line : paint(line)}`;
  });
}

function valueDetails(change: Change, room: number): readonly Detail[] {
  const { before, after } = changedValues(change);
  const both = before !== undefined && after !== undefined ? `${before} → ${after}` : undefined;
  const details: Detail[] = [];
  if (both !== undefined && displayWidth(both) <= room) {
    details.push({ label: "change", text: both });
  } else {
    if (before !== undefined) details.push({ label: "before", text: truncate(before, room * 2) });
    if (after !== undefined) details.push({ label: "after", text: truncate(after, room * 2) });
  }
  details.push({ label: "because", text: printable(change.reason) });
  if (change.example !== undefined) {
    details.push({ label: "example", text: truncate(exampleText(change.example), room * 3) });
  }
  return details;
}

function costDetails({ impact, affects = [] }: Change, style: Style, room: number): Detail[] {
  const [cost, ...first] = impact === undefined ? [] : impactLines(impact);
  const details: Detail[] = [];
  if (cost !== undefined) details.push({ label: "cost", text: cost, paint: style.red });
  for (const line of first) details.push({ label: "", text: truncate(line, room) });
  if (affects.length > 0) {
    const names = affects.map((name) => printable(name)).join(", ");
    details.push({ label: "affects", text: names, paint: style.yellow });
  }
  return details;
}

function adviceDetails(
  change: Change,
  number: number,
  explained: Map<string, number>,
): readonly Detail[] {
  const entry = changeEntry(change.code);
  if (entry?.severity !== "dangerous") return [];
  const text = wayOutText(change, entry);
  // One code may have another way out elsewhere.
  const known = `${change.code} ${text}`;
  const earlier = explained.get(known);
  if (earlier !== undefined) return [{ label: "to do", text: `as for ${earlier}` }];
  const advice = { label: "to do", text };
  // Codes that differ in what happens may share what it leads to.
  const isTold = explained.has(entry.danger);
  explained.set(known, number).set(entry.danger, number);
  return isTold ? [advice] : [{ label: "danger", text: entry.danger }, advice];
}
