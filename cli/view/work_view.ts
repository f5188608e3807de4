import type { WorkFigures } from "../letters/work_figures.ts";
import { relativeTime } from "../terminal/relative_time.ts";
import { type Column, table } from "../terminal/table.ts";
import type { Screen } from "../terminal/terminal.ts";

/** How groups, projections and relays stand, for a person; empty without any. */
export function workText(
  groups: readonly WorkFigures[],
  { columns, style }: Screen,
  now: number,
): string {
  const count = (
    heading: string,
    of: (work: NonNullable<WorkFigures["work"]>) => number,
  ): Column<WorkFigures> => ({
    heading,
    cell: ({ work }) => work === undefined ? "-" : of(work).toLocaleString("en-US"),
    align: "right",
  });
  return table(
    groups,
    [
      { heading: "consumer", cell: ({ deployment, group }) => `${deployment} ${group}` },
      { heading: "kind", cell: kindText },
      count("pending", ({ pending }) => pending),
      count("in work", ({ inWork }) => inWork),
      count("waiting", ({ waiting }) => waiting),
      {
        heading: "dead",
        cell: ({ dead }) => dead.toLocaleString("en-US"),
        paint: ({ dead }) => dead > 0 ? style.red : style.dim,
        align: "right",
      },
      {
        heading: "oldest",
        cell: ({ work }) => work?.oldestAt === undefined ? "" : relativeTime(work.oldestAt, now),
      },
    ],
    columns,
    style,
  );
}

/** A group with the order in which it gets its events. */
function kindText({ kind, ordering }: WorkFigures): string {
  return ordering === undefined || ordering === "none" ? kind : `${kind}, ${ordering}`;
}

/** The same for a program. */
export function workJson(groups: readonly WorkFigures[]): readonly object[] {
  return groups.map(({ group, kind, isDeclared, ordering, work, dead }) => ({
    group,
    kind,
    declared: isDeclared,
    ordering: ordering ?? null,
    pending: work?.pending ?? null,
    inWork: work?.inWork ?? null,
    waiting: work?.waiting ?? null,
    dead,
    oldestAt: work?.oldestAt ?? null,
  }));
}
