/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import type { GroupFigures } from "../../letters/group_figures.ts";
import { printable } from "../../terminal/printable.ts";
import { relativeTime } from "../../terminal/relative_time.ts";
import { Badge, type Column, Table } from "../layout/parts.tsx";
import { eventHref } from "./event_href.ts";

/** How the groups of all services stand. */
export function GroupsTable(
  { groups, now }: { readonly groups: readonly GroupFigures[]; readonly now: number },
): VNode {
  const number = (
    heading: string,
    of: (row: NonNullable<GroupFigures["work"]>) => number,
  ): Column<GroupFigures> => ({
    heading,
    isNumber: true,
    cell: ({ work }) => work === undefined ? "–" : of(work).toLocaleString("en"),
  });
  return (
    <Table
      caption="Groups of all services that consume events"
      rows={groups}
      keyOf={({ deployment, kind, group }) => `${deployment} ${kind} ${group}`}
      columns={[
        {
          heading: "Group",
          cell: (row) => <a href={eventHref(row)}>{printable(row.group)}</a>,
        },
        { heading: "Service", cell: ({ deployment }) => printable(deployment) },
        { heading: "Order", cell: (row) => orderText(row) },
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

function orderText({ ordering, kind, isDeclared }: GroupFigures): string {
  switch (ordering) {
    case "strict":
      return "one after the other";
    case "key":
      return "one after the other for each key";
    case "none":
      return "as they come";
    case undefined:
      if (kind !== "group") return kind;
      return isDeclared ? "not made yet" : "no longer declared";
  }
}
