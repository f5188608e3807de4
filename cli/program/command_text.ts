import { shellWord } from "../terminal/shell_word.ts";

/** The words by which a person calls this program inside a project. */
export const PROGRAM: readonly string[] = ["deno", "task", "trellis"];

/** A command as a person has to type it: `deno task trellis status`. */
export function commandText(words: readonly string[]): string {
  return [...PROGRAM, ...words.map(shellWord)].join(" ");
}

/** What to do, with the command that does it. */
export interface Advice {
  /** A sentence. */
  readonly hint?: string | undefined;
  /** The words behind `trellis`. */
  readonly command?: readonly string[] | undefined;
}

/** What to do, for a person; undefined when that is not known. */
export function adviceText({ hint, command }: Advice): string | undefined {
  if (command === undefined) return hint;
  return hint === undefined ? commandText(command) : `${hint}: ${commandText(command)}`;
}
