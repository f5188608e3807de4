import { printable } from "../terminal/printable.ts";
import type { Shell } from "./shells.ts";
import type { TypedWord } from "./typed_line.ts";

/** Characters that no shell gives a meaning to, wherever they stand in a word. */
const HARMLESS = /[\p{L}\p{M}\p{N}_./:=@%+,-]/u;
const HARMLESS_WORD = /^[\p{L}\p{M}\p{N}_./:=@%+,-]+$/u;

/**
 * What a shell is given so that the word at the cursor becomes exactly `text`; undefined when that
 * cannot be made sure: it is not offered then.
 *
 * @param breaks characters at which bash takes a word apart
 */
export function insertedText(
  text: string,
  shell: Shell,
  word: TypedWord,
  breaks: string,
): string | undefined {
  if (printable(text) !== text) return undefined;
  switch (shell) {
    case "bash":
      return forBash(text, word, breaks);
    // These two quote what they insert.
    case "zsh":
    case "fish":
      return text;
    case "nu":
      return HARMLESS_WORD.test(text) ? text : undefined;
    case "pwsh":
      return HARMLESS_WORD.test(text) ? text : `'${text.replaceAll(/['‘’‚‛]/g, "$&$&")}'`;
  }
}

/** Bash replaces the word from its last break, or from the open quote, by the text as it is. */
function forBash(
  text: string,
  { characters, open }: TypedWord,
  breaks: string,
): string | undefined {
  const from = open?.at ??
    characters.findLastIndex(({ character, by }) =>
        by === "nothing" && breaks.includes(character)
      ) + 1;
  const isClosedQuote = (typed: TypedWord["characters"][number], index: number) =>
    typed.by === "quote" && (open === undefined || index < open.at);
  // How bash takes apart a word with a closed quote in it depends on its version.
  if (characters.some(isClosedQuote)) return undefined;
  const rest = text.slice(from);
  switch (open?.quote) {
    case undefined:
      return [...rest].map((character) => HARMLESS.test(character) ? character : `\\${character}`)
        .join("");
    case "'":
      return rest.replaceAll("'", "'\\''");
    default:
      // Bash replaces ! in double quotes by its history, and keeps a backslash before it.
      return rest.includes("!") ? undefined : rest.replaceAll(/["\\$`]/g, "\\$&");
  }
}
