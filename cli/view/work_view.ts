import type { WorkFigures } from "../letters/work_figures.ts";
import { table } from "../terminal/table.ts";
import type { Screen } from "../terminal/terminal.ts";
import { figureColumns } from "./figure_columns.ts";

/** How groups, projections and relays stand, for a person; empty without any. */
export function workText(
  groups: readonly WorkFigures[],
  { columns, style }: Screen,
  now: number,
): string {
  const { count, dead, oldest, hung } = figureColumns<
    WorkFigures,
    NonNullable<WorkFigures["work"]>
  >(
    style,
    now,
  );
  return table(
    groups,
    [
      { heading: "consumer", cell: ({ deployment, group }) => `${deployment} ${group}` },
      { heading: "kind", cell: kindText },
      count("pending", ({ pending }) => pending),
      count("in work", ({ inWork }) => inWork),
      count("waiting", ({ waiting }) => waiting),
      dead,
      oldest,
      ...hung(groups),
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
  return groups.map(({ group, kind, isDeclared, ordering, work, dead, hung }) => ({
    group,
    kind,
    declared: isDeclared,
    ordering: ordering ?? null,
    pending: work?.pending ?? null,
    inWork: work?.inWork ?? null,
    waiting: work?.waiting ?? null,
    dead,
    oldestAt: work?.oldestAt ?? null,
    hung: hung ?? null,
  }));
}
