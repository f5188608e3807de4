import { type Column, table } from "../../cli/terminal/table.ts";
import type { Style } from "../../cli/terminal/style.ts";
import { moreIsBetter, type Row, type Unit } from "./row.ts";

/** The rows as a table for a person. */
export function reportText(rows: readonly Row[], width: number, style: Style): string {
  const columns: readonly Column<Row>[] = [
    { heading: "measurement", cell: ({ name }) => name },
    { heading: "Trellis", cell: (row) => shown(row.trellis, row.unit), align: "right" },
    { heading: "beside", cell: ({ beside }) => beside ?? "" },
    { heading: "", cell: otherCell, align: "right" },
    { heading: "ratio", cell: ({ ratio }) => ratio?.toFixed(2) ?? "", align: "right" },
    { heading: "target", cell: targetCell, align: "right" },
    {
      heading: "met",
      cell: ({ met }) => met === undefined ? "" : met ? "met" : "not met",
      paint: ({ met }) => met === false ? style.red : style.green,
    },
  ];
  return table(rows, columns, width, style);
}

function otherCell({ beside, other, unit }: Row): string {
  if (beside === undefined) return "";
  return other === undefined ? "not measured" : shown(other, unit);
}

function targetCell({ target, unit }: Row): string {
  if (target === undefined) return "";
  const bound = moreIsBetter(unit) ? "≥" : "≤";
  return target.of === "ratio"
    ? `${bound} ${target.limit.toFixed(2)} x`
    : `${bound} ${shown(target.limit, unit)}`;
}

function shown(figure: number | undefined, unit: Unit): string {
  if (figure === undefined || Number.isNaN(figure)) return "not measured";
  const digits = figure >= 100 ? 0 : figure >= 10 ? 1 : 2;
  const text = figure.toFixed(digits);
  return unit === "/s" ? `${text}${unit}` : `${text} ${unit}`;
}
