/** The words by which a person calls this program inside a project. */
export const PROGRAM: readonly string[] = ["deno", "task", "trellis"];

/** Words that no shell changes. */
const PLAIN = /^[\w./:=@%+,-]+$/;

/** What a terminal is not given as it is. */
const INVISIBLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;

const ESCAPES: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** A word as it is typed in a shell, so that it means exactly this text. */
export function shellWord(text: string): string {
  if (PLAIN.test(text)) return text;
  if (!INVISIBLE.test(text)) return `'${text.replaceAll("'", "'\\''")}'`;
  const escaped = text.replaceAll(/[\\']/g, "\\$&").replaceAll(
    new RegExp(INVISIBLE, "gu"),
    (character) =>
      ESCAPES[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `$'${escaped}'`;
}

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
