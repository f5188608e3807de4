import type { Clock } from "./clock.ts";
import { type StatusLine, statusLine } from "./status_line.ts";
import { type ColorEnvironment, type Style, styleFor, wantsColor } from "./style.ts";

/** Takes text, all of it, at once. */
export interface TextWriter {
  /** Writes the text as it is. */
  write(text: string): void;
}

/** Everything that a terminal is made from. Nothing is read from the process. */
export interface TerminalParts {
  /** Where results go. */
  readonly stdout: TextWriter;
  /** Where talk goes. */
  readonly stderr: TextWriter;
  /** Which of them are terminals. */
  readonly isTerminal: { readonly stdout: boolean; readonly stderr: boolean };
  /** Columns of the window at this moment; undefined when unknown. */
  readonly columns: () => number | undefined;
  /** The variables that decide about colour and cursor movement. */
  readonly env: ColorEnvironment;
  /** The `--no-color` option. */
  readonly noColor: boolean;
  /** Time, for progress. */
  readonly clock: Clock;
}

/** One of the two streams, with what is needed to write on it well. */
export interface Screen extends TextWriter {
  /** Writes a line; without a text, an empty one. */
  line(text?: string): void;
  /** Whether the stream is a terminal. */
  readonly isTerminal: boolean;
  /** Columns to fit a line into; `Infinity` where the stream is no terminal, so that nothing is cut. */
  readonly columns: number;
  /** Colours, or none. */
  readonly style: Style;
}

/** Where a command writes. */
export interface Terminal {
  /** Results: what the command was asked for. */
  readonly out: Screen;
  /** Talk: progress, warnings, errors. */
  readonly err: Screen;
  /** The line that progress rewrites; on stderr. */
  readonly status: StatusLine;
  /** Time, for progress. */
  readonly clock: Clock;
}

const USUAL_COLUMNS = 80;

/** Puts a terminal together from its parts. */
export function createTerminal(parts: TerminalParts): Terminal {
  const columns = (): number => parts.columns() || USUAL_COLUMNS;
  const status = statusLine({
    available: parts.isTerminal.stderr && parts.env.TERM !== "dumb",
    write: (text) => parts.stderr.write(text),
    columns,
  });
  const screen = (writer: TextWriter, isTerminal: boolean): Screen => {
    // A stream that goes to a file shares no window with the status line.
    const write = (text: string): void =>
      isTerminal ? status.around(text, () => writer.write(text)) : writer.write(text);
    return {
      write,
      line: (text = "") => write(`${text}\n`),
      isTerminal,
      get columns() {
        return isTerminal ? columns() : Infinity;
      },
      style: styleFor(wantsColor({ isTerminal, env: parts.env, noColor: parts.noColor })),
    };
  };
  return {
    out: screen(parts.stdout, parts.isTerminal.stdout),
    err: screen(parts.stderr, parts.isTerminal.stderr),
    status,
    clock: parts.clock,
  };
}
