import type { Hung } from "../deployments/hung_work.ts";
import { relativeTime } from "../terminal/relative_time.ts";
import type { Style } from "../terminal/style.ts";
import type { Column } from "../terminal/table.ts";

/** Figures of something that is worked on; `work` is undefined where they cannot be read. */
export interface FigureRow<Work extends { readonly oldestAt: string | undefined }> {
  readonly work: Work | undefined;
  /** Dead letters. */
  readonly dead: number;
  readonly hung: Hung | undefined;
}

/** Columns that tables of such figures have in common. */
export interface FigureColumns<Row, Work> {
  /** A number of them. */
  readonly count: (heading: string, of: (work: Work) => number) => Column<Row>;
  readonly dead: Column<Row>;
  readonly oldest: Column<Row>;
  /** Handlers that run on after their deadline; no column where there are none. */
  readonly hung: (rows: readonly Row[]) => readonly Column<Row>[];
}

/** The columns for one screen. */
export function figureColumns<
  Row extends FigureRow<Work>,
  Work extends { readonly oldestAt: string | undefined },
>(style: Style, now: number): FigureColumns<Row, Work> {
  return {
    count: (heading, of) => ({
      heading,
      cell: ({ work }) => work === undefined ? "-" : of(work).toLocaleString("en-US"),
      align: "right",
    }),
    dead: {
      heading: "dead",
      cell: ({ dead }) => dead.toLocaleString("en-US"),
      paint: ({ dead }) => dead > 0 ? style.red : style.dim,
      align: "right",
    },
    oldest: {
      heading: "oldest",
      cell: ({ work }) => work?.oldestAt === undefined ? "" : relativeTime(work.oldestAt, now),
    },
    hung: (rows) =>
      rows.every(({ hung }) => hung === undefined) ? [] : [{
        heading: "hung handlers",
        cell: ({ hung }) => hungText(hung, now),
        paint: () => style.red,
      }],
  };
}

/** How many handlers run on after their deadline, and since when; empty where none do. */
export function hungText(hung: Hung | undefined, now: number): string {
  return hung === undefined ? "" : `${hung.handlers}, since ${relativeTime(hung.since, now)}`;
}
