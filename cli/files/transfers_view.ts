import type { ComingFiles, TransferFigures } from "./transfer_figures.ts";
import { bytes } from "../terminal/bytes.ts";
import { relativeTime } from "../terminal/relative_time.ts";
import { table } from "../terminal/table.ts";
import type { Screen } from "../terminal/terminal.ts";

/** A stream in which so much of the room is taken has callers wait. */
const NEARLY_FULL = 0.9;

/** What is on its way to services, for a person; empty where none takes files. */
export function transfersText(
  rows: readonly TransferFigures[],
  { columns, style }: Pick<Screen, "columns" | "style">,
  now: number,
): string {
  const isFull = ({ coming }: TransferFigures) =>
    coming?.room !== undefined && coming.bytes >= NEARLY_FULL * coming.room;
  return table(
    rows,
    [
      { heading: "files to", cell: ({ deployment }) => deployment },
      {
        heading: "on their way",
        cell: ({ coming }) => coming === undefined ? "-" : coming.files.toLocaleString("en-US"),
        align: "right",
      },
      {
        heading: "bytes",
        cell: ({ coming }) => coming === undefined ? "-" : bytes(coming.bytes),
        paint: (row) => isFull(row) ? style.red : (text) => text,
        align: "right",
      },
      {
        heading: "room",
        cell: ({ coming }) => coming?.room === undefined ? "-" : bytes(coming.room),
        align: "right",
      },
      {
        heading: "oldest",
        cell: ({ coming }) =>
          coming?.oldestAt === undefined ? "" : relativeTime(coming.oldestAt, now),
      },
    ],
    columns,
    style,
  );
}

/** The same for a program; null where it takes no files. */
export function transferJson(figures: TransferFigures | undefined): object | null {
  if (figures === undefined) return null;
  const { files, bytes, room, oldestAt }: Partial<ComingFiles> = figures.coming ?? {};
  return {
    declared: figures.isDeclared,
    coming: files ?? null,
    bytes: bytes ?? null,
    room: room ?? null,
    oldestAt: oldestAt ?? null,
  };
}
