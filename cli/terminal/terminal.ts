import type { Clock } from "./clock.ts";
import type { OutputStream } from "./output_stream.ts";
import { type Picture, picture } from "./picture.ts";
import { printable } from "./printable.ts";
import { type StatusLine, statusLine } from "./status_line.ts";
import { type ColorEnvironment, type Style, styleFor, wantsColor } from "./style.ts";

/** Everything that a terminal is made from. Nothing is read from the process. */
export interface TerminalParts {
  /** Where results go. */
  readonly stdout: OutputStream;
  /** Where talk goes. */
  readonly stderr: OutputStream;
  /** Which of them are terminals. */
  readonly isTerminal: { readonly stdout: boolean; readonly stderr: boolean };
  /** Columns of the window at this moment; undefined when unknown. */
  readonly columns: () => number | undefined;
  /** Lines of the window at this moment; undefined when unknown. */
  readonly rows: () => number | undefined;
  /** The variables that decide about colour and cursor movement. */
  readonly env: ColorEnvironment;
  /** The `--no-color` option. */
  readonly noColor: boolean;
  /** Time, for progress. */
  readonly clock: Clock;
}

/**
 * One of the two streams, with what is needed to write on it well. Text is made safe here: nothing but
 * the marks of `style` reaches a terminal unescaped, in whatever text it stands.
 */
export interface Screen {
  /** Writes a line; without a text, an empty one. */
  line(text?: string): void;
  /** Writes text for a program: unchanged, except on a terminal, which is given safe text. */
  exact(text: string): void;
  /** Writes bytes unchanged, on a terminal too. They must not change before they are flushed. */
  bytes(bytes: Uint8Array): void;
  /** The stream below: when it has taken all, and when it takes nothing more. */
  readonly stream: Omit<OutputStream, "write">;
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
  /** What is rewritten in place as a whole; on stdout. */
  readonly picture: Picture;
  /** Time, for progress. */
  readonly clock: Clock;
}

const USUAL_COLUMNS = 80;

const encoder = new TextEncoder();

/** Puts a terminal together from its parts. */
export function createTerminal(parts: TerminalParts): Terminal {
  const columns = (): number => parts.columns() || USUAL_COLUMNS;
  const status = statusLine({
    available: parts.isTerminal.stderr && parts.env.TERM !== "dumb",
    write: (text) => parts.stderr.write(encoder.encode(text)),
    columns,
  });
  const screen = (stream: OutputStream, isTerminal: boolean): Screen => {
    const styled = wantsColor({ isTerminal, env: parts.env, noColor: parts.noColor });
    const write = (text: string): void => {
      const put = () => stream.write(encoder.encode(text));
      // A stream that goes to a file shares no window with the status line.
      if (isTerminal) status.around(text, put);
      else put();
    };
    const safe = (text: string) => printable(text, { lines: true, styled });
    return {
      line: (text = "") => write(`${safe(text)}\n`),
      exact: (text) => write(isTerminal ? safe(text) : text),
      bytes: (bytes) => stream.write(bytes),
      stream,
      isTerminal,
      get columns() {
        return isTerminal ? columns() : Infinity;
      },
      style: styleFor(styled),
    };
  };
  return {
    out: screen(parts.stdout, parts.isTerminal.stdout),
    err: screen(parts.stderr, parts.isTerminal.stderr),
    status,
    picture: picture({
      available: parts.isTerminal.stdout && parts.env.TERM !== "dumb",
      styled: wantsColor({
        isTerminal: parts.isTerminal.stdout,
        env: parts.env,
        noColor: parts.noColor,
      }),
      write: (text) => parts.stdout.write(encoder.encode(text)),
      columns,
      rows: parts.rows,
    }),
    clock: parts.clock,
  };
}
