import type { DifferentKey, UnfoldedEvent } from "../replay/replay_protocol.ts";
import type { ReplayedProjection } from "../replay/replay_projection.ts";
import { truncate } from "../terminal/display_width.ts";
import { printable } from "../terminal/printable.ts";
import type { Style } from "../terminal/style.ts";
import type { Screen } from "../terminal/terminal.ts";
import { wrap } from "../terminal/wrap.ts";
import { textWidth } from "./change_view.ts";

/** What a replay has found, for a program. */
export function replayJson({ bucket, ...replayed }: ReplayedProjection): object {
  return { ...replayed, bucket: bucket ?? null, complete: isComplete(replayed) };
}

/** What a replay has found: a summary, what was left out, then the first keys and failures. */
export function replayText(replayed: ReplayedProjection, screen: Screen): string {
  const { style } = screen;
  const { alias, events, added, removed, changed, same, first, failed, unread } = replayed;
  const width = textWidth(screen);
  const differing = added + removed + changed;
  const summary = `${plural(events, "event")} replayed: ${count(added)} added, ` +
    `${count(removed)} removed, ${count(changed)} changed, ${count(same)} the same`;
  return [
    style.bold(`replay of ${printable(alias)}`),
    ...wrap(summary, width, 2).split("\n"),
    ...leftOut(replayed).flatMap((line) => wrap(line, width, 2).split("\n")).map(style.yellow),
    ...first.flatMap((key) => keyLines(key, style, width)),
    ...rest(differing - first.length, "more key"),
    ...(failed === 0 ? [] : [
      style.red(
        `  ${plural(failed, "event")} could not be folded: there ${
          failed === 1 ? "its key stands" : "their keys stand"
        } still`,
      ),
    ]),
    ...replayed.firstFailed.flatMap((event) => wrap(failureText(event), width, 4).split("\n")),
    ...rest(failed - replayed.firstFailed.length, "more such event"),
    ...(unread === 0
      ? []
      : [style.yellow(`  ${plural(unread, "message")} held no event that could be read`)]),
    ...replayed.firstUnread.map(({ sequence, why }) =>
      truncate(`    ${sequence}: ${printable(why)}`, width)
    ),
    ...rest(unread - replayed.firstUnread.length, "more such message"),
  ].join("\n");
}

function isComplete({ through, last }: Pick<ReplayedProjection, "through" | "last">): boolean {
  return through === last;
}

function leftOut(replayed: ReplayedProjection): readonly string[] {
  const { through, last, leftOut } = replayed;
  return [
    ...(isComplete(replayed) ? [] : [
      `the time was up at event ${count(through)} of ${count(last)}: what follows is not in this`,
    ]),
    ...(leftOut === 0 ? [] : [`${plural(leftOut, "key")} with newer events not compared`]),
  ];
}

function keyLines({ key, change, ...sides }: DifferentKey, style: Style, width: number): string[] {
  const mark = { added: style.green("+"), removed: style.red("-"), changed: style.yellow("~") };
  const name = truncate(printable(key), width - 4);
  const side = (label: string, value: unknown) =>
    value === undefined ? [] : [
      `      ${style.dim(label.padEnd(7))}${
        truncate(printable(JSON.stringify(value)), Math.max(8, width - 13))
      }`,
    ];
  return [
    `  ${mark[change]} ${style.bold(name)}`,
    ...side("before", sides.before),
    ...side("after", sides.after),
  ];
}

function failureText({ event, id, sequence, key, error }: UnfoldedEvent): string {
  return printable(`${key}: ${event} ${id} (${sequence}): ${error}`);
}

function rest(more: number, what: string): readonly string[] {
  return more > 0 ? [`  and ${plural(more, what)}`] : [];
}

function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}
