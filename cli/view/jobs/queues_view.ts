import type { QueueFigures, QueueWork } from "../../jobs/queue_figures.ts";
import { relativeTime } from "../../terminal/relative_time.ts";
import { table } from "../../terminal/table.ts";
import type { Screen } from "../../terminal/terminal.ts";
import { figureColumns } from "../figure_columns.ts";

/** How queues stand, for a person; empty without any. */
export function queuesText(
  queues: readonly QueueFigures[],
  { columns, style }: Screen,
  now: number,
): string {
  const { count, dead, oldest, hung } = figureColumns<QueueFigures, QueueWork>(style, now);
  return table(
    queues,
    [
      { heading: "queue", cell: placeText },
      count("waiting", ({ waiting }) => waiting),
      count("scheduled", ({ scheduled }) => scheduled),
      count("in work", ({ inWork }) => inWork),
      dead,
      oldest,
      ...hung(queues),
      ...(queues.some(({ work }) => work?.pausedUntil !== undefined)
        ? [{
          heading: "paused",
          cell: ({ work }: QueueFigures) => pausedText(work?.pausedUntil, now),
          paint: () => style.yellow,
        }]
        : []),
    ],
    columns,
    style,
  );
}

function placeText({ deployment, name, isDeclared }: QueueFigures): string {
  return `${deployment} ${name}${isDeclared ? "" : " (no longer declared)"}`;
}

/** How long a queue is paused, in words; empty for one that is not. */
export function pausedText(until: string | undefined, now: number): string {
  if (until === undefined) return "";
  return Date.parse(until) >= FOREVER ? "until resumed" : `ends ${relativeTime(until, now)}`;
}

/** Nobody pauses for so long and means the end: in milliseconds since 1970. */
const FOREVER = Date.UTC(2200, 0);

/** The same for a program. */
export function queuesJson(queues: readonly QueueFigures[]): readonly object[] {
  return queues.map(({ name, kind, isDeclared, work, dead, hung }) => ({
    queue: name,
    kind,
    declared: isDeclared,
    waiting: work?.waiting ?? null,
    scheduled: work?.scheduled ?? null,
    inWork: work?.inWork ?? null,
    dead,
    oldestAt: work?.oldestAt ?? null,
    pausedUntil: work?.pausedUntil ?? null,
    hung: hung ?? null,
  }));
}
