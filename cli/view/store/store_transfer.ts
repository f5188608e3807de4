import { bytes } from "../../terminal/bytes.ts";
import { displayWidth, truncate } from "../../terminal/display_width.ts";
import { duration } from "../../terminal/duration.ts";
import { printable } from "../../terminal/printable.ts";
import type { Terminal } from "../../terminal/terminal.ts";

/** Nothing is shown for work that is shorter than this, in milliseconds. */
const PATIENCE_MS = 1000;
const REFRESH_MS = 100;
const BAR = 20;
/** A key is cut below this only when there is no room at all. */
const LEAST_LABEL = 8;
/** The mark of the status line, its space, and one column that stays free. */
const BESIDE = 3;
const GAP = "  ";

/** What is transferred. */
export interface Transfer {
  /** The key, or the name of a file. */
  readonly label: string;
  /** Bytes; undefined when unknown. */
  readonly total: number | undefined;
  /** Show nothing. */
  readonly quiet: boolean;
}

/** The progress of a transfer. Disposing of it removes its line. */
export interface TransferProgress extends Disposable {
  /** Counts more transferred bytes. */
  add(count: number): void;
  /** Counts bytes that were transferred before, which says nothing of how fast it is now. */
  skip(count: number): void;
}

/** Shows on a terminal's stderr how far a transfer is, once it takes a moment; elsewhere nothing. */
export function transferProgress(terminal: Terminal, transfer: Transfer): TransferProgress {
  const { clock, err, status } = terminal;
  const started = clock.now();
  let done = 0;
  let skipped = 0;
  const draw = () => {
    const elapsedMs = clock.now() - started;
    if (elapsedMs < PATIENCE_MS) return;
    const room = err.columns - BESIDE;
    status.show(err.style.cyan("↕"), transferText({ ...transfer, done, skipped, elapsedMs }, room));
  };
  const stop = status.available && !transfer.quiet ? clock.every(REFRESH_MS, draw) : undefined;
  return {
    add(count) {
      done += count;
    },
    skip(count) {
      done += count;
      skipped += count;
    },
    [Symbol.dispose]() {
      stop?.();
      if (stop !== undefined) status.clear();
    },
  };
}

/** How far a transfer is, in at most so many columns. */
export function transferText(
  { label, total, done, skipped = 0, elapsedMs }: Omit<Transfer, "quiet"> & {
    readonly done: number;
    /** Bytes of them that were there before. */
    readonly skipped?: number;
    readonly elapsedMs: number;
  },
  room: number,
): string {
  const perMs = elapsedMs > 0 ? (done - skipped) / elapsedMs : 0;
  const rate = `${bytes(perMs * 1000)}/s`;
  const share = total === undefined || total === 0 ? undefined : Math.min(1, done / total);
  const figures = total === undefined || share === undefined
    ? [bytes(done), rate]
    : [`${percentage(share)} of ${bytes(total)}`, rate, ...timeLeft(total - done, perMs)];
  const labelRoom = (bar: number) => room - displayWidth(figures.join(GAP)) - GAP.length - bar;
  const barRoom = BAR + GAP.length;
  // The least important figure is last.
  while (figures.length > 1 && labelRoom(0) < LEAST_LABEL) figures.pop();
  const drawn = share !== undefined && labelRoom(barRoom) >= LEAST_LABEL ? [bar(share)] : [];
  const name = truncate(printable(label), labelRoom(drawn.length * barRoom));
  return [name, ...drawn, ...figures].filter((part) => part !== "").join(GAP);
}

function percentage(share: number): string {
  return `${Math.floor(share * 100)} %`.padStart(5);
}

function bar(share: number): string {
  const filled = Math.floor(share * BAR);
  return "█".repeat(filled) + "░".repeat(BAR - filled);
}

/** An estimate in whole seconds; nothing while there is no rate yet. */
function timeLeft(count: number, perMs: number): readonly string[] {
  if (count <= 0 || perMs <= 0) return [];
  return [`${duration(Math.ceil(count / perMs / 1000) * 1000)} left`];
}
