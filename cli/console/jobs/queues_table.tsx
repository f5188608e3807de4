/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import type { QueueFigures, QueueWork } from "../../jobs/queue_figures.ts";
import { pausedText } from "../../view/jobs/queues_view.ts";
import { printable } from "../../terminal/printable.ts";
import { relativeTime } from "../../terminal/relative_time.ts";
import { eventHref } from "../events/event_href.ts";
import { hungColumn } from "../layout/hung_badge.tsx";
import { Badge, type Column, Table } from "../layout/parts.tsx";
import { queueHref } from "./queue_href.ts";

/** How the queues of all services stand. */
export function QueuesTable(
  { queues, now }: { readonly queues: readonly QueueFigures[]; readonly now: number },
): VNode {
  const number = (heading: string, of: (work: QueueWork) => number): Column<QueueFigures> => ({
    heading,
    isNumber: true,
    cell: ({ work }) => work === undefined ? "–" : of(work).toLocaleString("en"),
  });
  return (
    <Table
      caption="Queues of jobs and operations of all services"
      rows={queues}
      keyOf={({ deployment, kind, name }) => `${deployment} ${kind} ${name}`}
      columns={[
        {
          heading: "Queue",
          cell: (row) => <a href={queueHref(row)}>{printable(row.name)}</a>,
        },
        { heading: "Service", cell: ({ deployment }) => printable(deployment) },
        { heading: "Of", cell: ({ kind }) => kind === "job" ? "jobs" : "an operation" },
        number("Waiting", ({ waiting }) => waiting),
        number("Scheduled", ({ scheduled }) => scheduled),
        number("In work", ({ inWork }) => inWork),
        { heading: "Oldest", cell: ({ work }) => <Moment at={work?.oldestAt} now={now} /> },
        {
          heading: "Dead",
          cell: ({ deployment, kind, name, dead }) =>
            dead === 0 ? "none" : (
              <a href={eventHref({ deployment, kind, group: name })}>
                <Badge tone="danger">{dead.toLocaleString("en")} dead</Badge>
              </a>
            ),
        },
        ...hungColumn(queues, now),
        { heading: "Stands", cell: (row) => <Standing queue={row} now={now} /> },
      ]}
      empty={
        <>
          No service has queues. A contract declares them with <code>jobs</code> and{" "}
          <code>operations</code>, and its handlers file says what is done.
        </>
      }
    />
  );
}

/** Whether work goes on. */
export function Standing(
  { queue: { isDeclared, work }, now }: { readonly queue: QueueFigures; readonly now: number },
): VNode {
  if (!isDeclared) return <Badge tone="plain">no longer declared</Badge>;
  if (work === undefined) return <Badge tone="waiting">not made yet</Badge>;
  if (work.pausedUntil === undefined) return <Badge tone="good">goes on</Badge>;
  return <Badge tone="waiting">paused, {pausedText(work.pausedUntil, now)}</Badge>;
}

/** A moment as seen from now; nothing where there is none. */
export function Moment(
  { at, now }: { readonly at: string | undefined; readonly now: number },
): VNode | null {
  return at === undefined ? null : <time dateTime={at} title={at}>{relativeTime(at, now)}</time>;
}
