import type { Shell } from "./shells.ts";

/** A character of a word, and whether a quote or an escape protects it from the shell. */
interface TypedCharacter {
  readonly character: string;
  readonly by: "nothing" | "escape" | "quote";
}

/** A word as it was typed. */
export interface TypedWord {
  readonly characters: readonly TypedCharacter[];
  /** The quote that is still open, and how many characters stand before it. */
  readonly open: { readonly quote: string; readonly at: number } | undefined;
}

const QUOTES: Readonly<Record<Shell, string>> = {
  bash: `'"`,
  zsh: `'"`,
  fish: `'"`,
  nu: "'\"`",
  pwsh: `'"`,
};

/** What takes the meaning from the next character, in this quote or in none. */
function isEscape(shell: Shell, character: string, quote: string, next: string): boolean {
  if (shell === "pwsh") return character === "`" && quote !== "'";
  if (character !== "\\") return false;
  switch (quote) {
    case "":
      return shell !== "nu";
    case `"`:
      return shell === "nu" || `"\\$\``.includes(next);
    default:
      return shell === "fish" && `'\\`.includes(next);
  }
}

/** Splits the line up to the cursor as its shell does; the last word is the unfinished one. */
export function typedLine(line: string, shell: Shell): readonly TypedWord[] {
  const words: TypedWord[] = [];
  let characters: TypedCharacter[] = [];
  let open: TypedWord["open"];
  // Quotes alone are a word too: ''.
  let isWord = false;
  for (let index = 0; index < line.length; index++) {
    const character = line[index] ?? "";
    const next = line[index + 1] ?? "";
    const quote = open?.quote ?? "";
    if (isEscape(shell, character, quote, next)) {
      if (next !== "" && next !== "\n") characters.push({ character: next, by: "escape" });
      isWord = true;
      index++;
    } else if (character === quote) {
      open = undefined;
    } else if (quote === "" && QUOTES[shell].includes(character)) {
      open = { quote: character, at: characters.length };
      isWord = true;
    } else if (quote === "" && /\s/.test(character)) {
      if (isWord) words.push({ characters, open });
      characters = [];
      isWord = false;
    } else {
      characters.push({ character, by: quote === "" ? "nothing" : "quote" });
      isWord = true;
    }
  }
  return [...words, { characters, open }];
}

/** What a word means to the program. */
export function wordText({ characters }: TypedWord): string {
  return characters.map(({ character }) => character).join("");
}
