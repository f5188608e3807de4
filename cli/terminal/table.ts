import { displayWidth, pad, truncate } from "./display_width.ts";
import { printable } from "./printable.ts";
import type { Paint, Style } from "./style.ts";

/** A column of a table of `Row`s. */
export interface Column<Row> {
  /** What stands above the column. */
  readonly heading: string;
  /** The text of a cell; control characters in it are escaped. */
  readonly cell: (row: Row) => string;
  /** `right` for numbers; `left` when left out. */
  readonly align?: "left" | "right";
  /** Colours a cell, after it was cut and aligned. */
  readonly paint?: (row: Row) => Paint;
  /** Never cut, for what a person copies, such as ids. */
  readonly whole?: boolean;
}

const GAP = "  ";
/** A column is not cut below this while another one can be cut. */
const LEAST = 6;

/**
 * Lays rows out in aligned columns, without frames, headings dimmed. Lines that are wider than
 * `width` lose letters from the widest column first, shown by `…`.
 *
 * ```ts ignore
 * table(plans, [
 *   { heading: "plan", cell: (plan) => plan.id, whole: true },
 *   { heading: "state", cell: (plan) => plan.state },
 * ], terminal.out.columns, terminal.out.style);
 * ```
 *
 * @param width columns that there are; `Infinity` cuts nothing
 * @returns the lines without a line break at the end; empty when there are no rows
 */
export function table<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  width: number,
  style: Style,
): string {
  if (rows.length === 0) return "";
  const cells = rows.map((row) => columns.map((column) => printable(column.cell(row))));
  const natural = columns.map((column, index) =>
    cells.reduce(
      (widest, line) => Math.max(widest, displayWidth(line[index] ?? "")),
      displayWidth(column.heading),
    )
  );
  const widths = fit(natural, columns, width - GAP.length * (columns.length - 1));
  const line = (texts: readonly string[], paintOf: (column: Column<Row>) => Paint): string =>
    columns.map((column, index) => {
      const room = widths[index] ?? 0;
      const cut = truncate(texts[index] ?? "", room);
      const isLast = index === columns.length - 1;
      const filled = isLast && column.align !== "right" ? cut : pad(cut, room, column.align);
      return paintOf(column)(filled);
    }).join(GAP).trimEnd();
  const headings = line(columns.map((column) => column.heading), () => style.dim);
  const body = rows.map((row, index) =>
    line(cells[index] ?? [], (column) => column.paint?.(row) ?? ((text) => text))
  );
  return [headings, ...body].join("\n");
}

/** Takes columns away from the widest, first those that may be cut, until the sum fits. */
function fit(
  natural: readonly number[],
  columns: readonly Column<never>[],
  room: number,
): readonly number[] {
  const widths = [...natural];
  let excess = widths.reduce((sum, width) => sum + width, 0) - room;
  const mayGive = [
    (index: number) => !columns[index]?.whole && (widths[index] ?? 0) > LEAST,
    (index: number) => (widths[index] ?? 0) > 1,
  ];
  for (const gives of mayGive) {
    while (excess > 0) {
      const widest = widths.reduce(
        (best, width, index) => gives(index) && width > (widths[best] ?? 0) ? index : best,
        -1,
      );
      if (widest < 0) break;
      widths[widest] = (widths[widest] ?? 0) - 1;
      excess--;
    }
  }
  return widths;
}
