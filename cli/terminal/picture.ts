import { printable } from "./printable.ts";

/** Lines of a terminal that are rewritten in place. */
export interface Picture {
  /** False where lines cannot be rewritten; showing something there does nothing. */
  readonly available: boolean;
  /** Lines of the window at this moment. */
  readonly rows: number;
  /** Shows lines in the place of those that were shown last. What has no room is left out. */
  show(text: string): void;
}

const USUAL_ROWS = 24;

/** Makes the picture of a stream. */
export function picture(stream: {
  readonly available: boolean;
  /** Whether its text has the marks of `style`. */
  readonly styled: boolean;
  write(text: string): void;
  columns(): number;
  rows(): number | undefined;
}): Picture {
  let [shown, columns] = [0, 0];
  const rows = () => stream.rows() || USUAL_ROWS;
  return {
    available: stream.available,
    get rows() {
      return rows();
    },
    show(text) {
      if (!stream.available) return;
      // The line behind the last one is the cursor's.
      const lines = printable(text, { lines: true, styled: stream.styled }).split("\n")
        .slice(0, Math.max(1, rows() - 1));
      const isSame = columns === stream.columns();
      columns = stream.columns();
      // Another width has broken the lines elsewhere: nobody knows how many there are.
      const begin = shown === 0 ? "" : isSame ? `\x1b[${shown}A\r\x1b[J` : "\x1b[H\x1b[2J";
      shown = lines.length;
      stream.write(`${begin}${lines.join("\n")}\n`);
    },
  };
}
