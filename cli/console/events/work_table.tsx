/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import type { WorkFigures } from "../../letters/work_figures.ts";
import { printable } from "../../terminal/printable.ts";
import { relativeTime } from "../../terminal/relative_time.ts";
import { hungColumn } from "../layout/hung_badge.tsx";
import { Badge, type Column, Table } from "../layout/parts.tsx";
import { eventHref } from "./event_href.ts";

/** How the groups, projections and relays of all services stand. */
export function WorkTable(
  { groups, now }: { readonly groups: readonly WorkFigures[]; readonly now: number },
): VNode {
  const number = (
    heading: string,
    of: (row: NonNullable<WorkFigures["work"]>) => number,
  ): Column<WorkFigures> => ({
    heading,
    isNumber: true,
    cell: ({ work }) => work === undefined ? "–" : of(work).toLocaleString("en"),
  });
  return (
    <Table
      caption="Groups, projections and relays of all services"
      rows={groups}
      keyOf={({ deployment, kind, group }) => `${deployment} ${kind} ${group}`}
      columns={[
        {
          heading: "Consumer",
          cell: (row) => <a href={eventHref(row)}>{printable(row.group)}</a>,
        },
        { heading: "Service", cell: ({ deployment }) => printable(deployment) },
        { heading: "Kind", cell: (row) => kindText(row) },
        number("Pending", ({ pending }) => pending),
        number("In work", ({ inWork }) => inWork),
        number("Waiting", ({ waiting }) => waiting),
        {
          heading: "Oldest",
          cell: ({ work }) =>
            work?.oldestAt === undefined
              ? ""
              : (
                <time dateTime={work.oldestAt} title={work.oldestAt}>
                  {relativeTime(work.oldestAt, now)}
                </time>
              ),
        },
        {
          heading: "Dead",
          cell: ({ dead }) =>
            dead === 0 ? "none" : <Badge tone="danger">{dead.toLocaleString("en")} dead</Badge>,
        },
        ...hungColumn(groups, now),
      ]}
      empty={
        <>
          No service consumes events. A contract declares who does with <code>eventConsumers</code>
          {" "}
          and its handlers file says how.
        </>
      }
    />
  );
}

const ORDER = {
  strict: "one after the other",
  key: "one after the other for each key",
  none: "as they come",
};

function kindText({ ordering, kind, isDeclared, work }: WorkFigures): string {
  if (!isDeclared) return `${kind}, no longer declared`;
  if (ordering !== undefined) return `${kind}, ${ORDER[ordering]}`;
  return work === undefined ? `${kind}, not made yet` : kind;
}
