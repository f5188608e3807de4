import { printable } from "../terminal/printable.ts";
import type { Screen } from "../terminal/terminal.ts";
import { wrap } from "../terminal/wrap.ts";
import { textWidth } from "../view/change_view.ts";
import type { WorkReport, WriteReport } from "./work_report.ts";
import type { Unknown } from "./rehearsal_protocol.ts";

/** Said before what a rehearsal has found. */
export const REHEARSAL_NOTE =
  "A rehearsal: each job and event alone with the new handler, nothing was written. " +
  "It cannot know what calls, steps, stores and the world outside answer, nor how they act on each other; " +
  "what is done is left out.";

/** What a rehearsal has found, queue by queue and group by group. */
export function rehearsalText(reports: readonly WorkReport[], screen: Screen): string {
  const width = textWidth(screen);
  return [
    screen.style.bold("rehearsal"),
    wrap(REHEARSAL_NOTE, width, 2),
    ...reports.map((report) => wrap(printable(workText(report)), width, 2)),
  ].join("\n");
}

function workText({ kind, name, found, run, ...report }: WorkReport): string {
  const place = `${kind} ${name}`;
  const what = kind === "queue" ? "job" : "event";
  if (found === 0) return `${place}: no ${what} waits or is dead`;
  const { done, failed, firstFailed: [first], later, unknown, writes } = report;
  const ended = [
    `${count(done)} would be done`,
    ...(failed === 0 ? [] : [`${count(failed)} would fail (first: ${first?.id}: ${first?.error})`]),
    ...(later === 0 ? [] : [`${count(later)} would be put off`]),
    ...unknown.map((one) =>
      `${count(one.runs)} ${come(one, one.runs === 1)} and ${
        one.runs === 1 ? "is" : "are"
      } not known further`
    ),
    ...(run === found ? [] : [`${count(found - run)} were not run, because the time was up`]),
  ].join(", ");
  const written = writes.length === 0 ? "nothing" : writes.map(writeText).join(", ");
  return `${place}: of ${count(found)}: ${ended}; would write: ${written}`;
}

/** What runs came to, as a verb with what it is about. */
function come({ at, name }: Pick<Unknown, "at" | "name">, isOne: boolean): string {
  const s = isOne ? "s" : "";
  switch (at) {
    case "rpc":
      return `call${s} ${name}`;
    case "operation":
      return `use${s} the operation ${name}`;
    case "feed":
      return `subscribe${s} to the feed ${name}`;
    case "step":
      return `would do step ${name}`;
    case "queue":
      return `look${s} into the queue ${name}`;
    case "store":
      return `open${s} the store ${name}`;
    case "change":
      return `wait${s} for kv ${name}`;
    case "event":
      return `subscribe${s} to ${name}`;
    case "access":
      return `need${s} ${name}`;
    case "deps":
      return `need${s} deps, which cannot be made here (${name})`;
    case "time":
      return `take${s} longer than ${name}`;
  }
}

function writeText({ kind, name, count: number, first }: WriteReport): string {
  if (kind !== "kv") return `${kind}s ${name} ${count(number)}`;
  return `kv ${name} ${count(number)} key${number === 1 ? "" : "s"} (first: ${first})`;
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}
