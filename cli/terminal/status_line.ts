import { truncate } from "./display_width.ts";
import { printable } from "./printable.ts";

/** Back to the first column and erase up to the end: the only cursor movement in use. */
const ERASE_LINE = "\r\x1b[K";

/** One line at the bottom of a terminal that is rewritten in place and never gets in the way. */
export interface StatusLine {
  /** False where lines cannot be rewritten; showing something there does nothing. */
  readonly available: boolean;
  /** Replaces the line with a mark, in colour or not, and a text, which is made safe. */
  show(mark: string, text: string): void;
  /** Removes the line. */
  clear(): void;
  /** Removes the line, lets the caller write, and draws the line again below. */
  around(written: string, write: () => void): void;
}

/** Makes the status line of a stream. */
export function statusLine(stream: {
  readonly available: boolean;
  write(text: string): void;
  columns(): number;
}): StatusLine {
  let shown = "";
  let open = false;
  const replace = (line: string): void => {
    if (!stream.available || (line === "" && shown === "")) return;
    shown = line;
    if (!open) stream.write(ERASE_LINE + shown);
  };
  return {
    available: stream.available,
    // The mark and its space are two; one more is left free, because some terminals wrap early.
    show: (mark, text) => replace(`${mark} ${truncate(printable(text), stream.columns() - 3)}`),
    clear: () => replace(""),
    around(written, write) {
      if (shown !== "" && !open) stream.write(ERASE_LINE);
      write();
      // A line that is not finished yet is not to be overwritten.
      open = !written.endsWith("\n") && (open || written !== "");
      if (shown !== "" && !open) stream.write(shown);
    },
  };
}
