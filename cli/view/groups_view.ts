import type { GroupFigures } from "../letters/group_figures.ts";
import { relativeTime } from "../terminal/relative_time.ts";
import { type Column, table } from "../terminal/table.ts";
import type { Screen } from "../terminal/terminal.ts";

/** How groups stand, for a person; empty without any. */
export function groupsText(
  groups: readonly GroupFigures[],
  { columns, style }: Screen,
  now: number,
): string {
  const count = (
    heading: string,
    of: (work: NonNullable<GroupFigures["work"]>) => number,
  ): Column<GroupFigures> => ({
    heading,
    cell: ({ work }) => work === undefined ? "-" : of(work).toLocaleString("en-US"),
    align: "right",
  });
  return table(
    groups,
    [
      { heading: "group", cell: ({ deployment, group }) => `${deployment} ${group}` },
      { heading: "order", cell: ({ ordering }) => ordering ?? "-" },
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

/** The same for a program. */
export function groupsJson(groups: readonly GroupFigures[]): readonly object[] {
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
