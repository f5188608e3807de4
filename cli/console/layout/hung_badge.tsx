/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import type { Hung } from "../../deployments/hung_work.ts";
import { hungText } from "../../view/figure_columns.ts";
import { Badge, type Column } from "./parts.tsx";

/** How many handlers run on after their deadline: only a restart of their processes ends them. */
export function HungBadge(
  { hung, now }: { readonly hung: Hung; readonly now: number },
): VNode {
  const why = `They ignore their signal since ${hung.since}; restart what runs them.`;
  return (
    <span title={why}>
      <Badge tone="danger">{hungText(hung, now)}</Badge>
    </span>
  );
}

/** The column that tells it; none where nothing hangs. */
export function hungColumn<Row extends { readonly hung: Hung | undefined }>(
  rows: readonly Row[],
  now: number,
): readonly Column<Row>[] {
  if (rows.every(({ hung }) => hung === undefined)) return [];
  const cell = ({ hung }: Row) => hung === undefined ? "" : <HungBadge hung={hung} now={now} />;
  return [{ heading: "Hung handlers", cell }];
}
