import { relativeTime } from "../terminal/relative_time.ts";
import type { Style } from "../terminal/style.ts";
import type { Column } from "../terminal/table.ts";

/** Figures of something that is worked on; `work` is undefined where they cannot be read. */
export interface FigureRow<Work extends { readonly oldestAt: string | undefined }> {
  readonly work: Work | undefined;
  /** Dead letters. */
  readonly dead: number;
}

/** Columns that tables of such figures have in common. */
export interface FigureColumns<Row, Work> {
  /** A number of them. */
  readonly count: (heading: string, of: (work: Work) => number) => Column<Row>;
  readonly dead: Column<Row>;
  readonly oldest: Column<Row>;
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
  };
}
