import { styleText } from "node:util";

/** Marks a piece of text; returns it unchanged where colour is off. */
export type Paint = (text: string) => string;

/** The few ways to mark text. */
export interface Style {
  /** Headings. */
  readonly bold: Paint;
  /** Secondary facts. */
  readonly dim: Paint;
  /** Failed or dangerous. */
  readonly red: Paint;
  /** Done, or safe. */
  readonly green: Paint;
  /** Waits for a person. */
  readonly yellow: Paint;
  /** Names and commands to type. */
  readonly cyan: Paint;
}

type Mark = keyof Style;

/** The style for a stream with or without colour. */
export function styleFor(color: boolean): Style {
  // The decision is made here; without `validateStream` the library would ask the process again.
  const paint = (mark: Mark): Paint =>
    color ? (text) => styleText(mark, text, { validateStream: false }) : (text) => text;
  return {
    bold: paint("bold"),
    dim: paint("dim"),
    red: paint("red"),
    green: paint("green"),
    yellow: paint("yellow"),
    cyan: paint("cyan"),
  };
}

/** The environment variables that say something about colour. */
export interface ColorEnvironment {
  /** Any text switches colour off, see https://no-color.org. */
  readonly NO_COLOR?: string | undefined;
  /** Any text but `0` and `false` switches colour on, terminal or not. */
  readonly FORCE_COLOR?: string | undefined;
  /** `dumb` terminals have no colour. */
  readonly TERM?: string | undefined;
}

/** Whether a stream gets colour: `--no-color`, `NO_COLOR`, `FORCE_COLOR`, then what it is. */
export function wantsColor(
  stream: { readonly isTerminal: boolean; readonly env: ColorEnvironment; noColor: boolean },
): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = stream.env;
  if (stream.noColor || NO_COLOR) return false;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
  return stream.isTerminal && TERM !== "dumb";
}
