import { type Advice, adviceText, commandText } from "./command_text.ts";
import { printable, printableJson } from "../terminal/printable.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** What went wrong, as far as the command line reports it. */
export interface Problem extends Advice {
  /** What happened and where. */
  readonly message: string;
  /** Stable code for programs, where there is one. */
  readonly code?: string | undefined;
  /** What `trellis trace` is asked for to see what the failed call has led to. */
  readonly trace?: string | undefined;
}

/** How a command answers. Results go to stdout, everything else to stderr. */
export interface Output {
  /** A result: one line of JSON with `--json`, the text for a person otherwise. */
  data(json: object | string | number | boolean | null, text: string | (() => string)): void;
  /** Something to know along the way; silent with `--quiet`. */
  talk(text: string): void;
  /** Something to look at; said even with `--quiet`. */
  warn(text: string): void;
  /** Why the command failed; one line of JSON with `--json`. Foreign text is made safe. */
  problem(problem: Problem): void;
}

/** Binds answers to the global options. Text for `data`, `talk` and `warn` is printed as it is. */
export function output(
  terminal: Terminal,
  globals: { readonly json: boolean; readonly quiet: boolean },
): Output {
  const { out, err } = terminal;
  return {
    data(json, text) {
      if (globals.json) return out.line(printableJson(json));
      const shown = typeof text === "string" ? text : text();
      if (shown !== "") out.line(shown);
    },
    talk(text) {
      if (!globals.quiet) err.line(text);
    },
    warn(text) {
      err.line(`${err.style.yellow("warning:")} ${text}`);
    },
    problem({ message, code, trace, ...advice }) {
      const hint = adviceText(advice);
      if (globals.json) return err.line(printableJson({ error: { code, message, hint, trace } }));
      err.line(`${err.style.red("error:")} ${printable(message, { lines: true })}`);
      if (hint !== undefined) err.line(`  ${printable(hint, { lines: true })}`);
      if (trace !== undefined) {
        err.line(`  what it has led to, if anything: ${commandText(["trace", trace])}`);
      }
    },
  };
}
