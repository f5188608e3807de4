/**
 * What a terminal obeys or hides instead of showing it: control characters, lone surrogates, line
 * separators, what turns the direction of text, and invisible characters. Joiners and variation
 * selectors stay, because letters of many scripts and emoji are made with them.
 */
const UNSAFE = String
  .raw`[[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}]--[\u034f\u200c\u200d\p{Variation_Selector}]]`;
const UNSAFE_CHARACTER = new RegExp(UNSAFE, "gv");
/** A mark of our own style first, which is kept. */
const STYLE_OR_UNSAFE = new RegExp(String.raw`\u001b\[(?:1|2|22|31|32|33|36|39)m|${UNSAFE}`, "gv");

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** How {@link printable} treats its text. */
export interface PrintableOptions {
  /** Keep line breaks, for text of several lines such as a server's log. */
  readonly lines?: boolean;
  /** Keep the marks of `Style`, for text that was styled already. */
  readonly styled?: boolean;
}

/**
 * Makes foreign text safe to print: all that could move the cursor, change colours, or make a line
 * read differently from what it is, is written as an escape. Everything else stays unchanged.
 *
 * ```ts ignore
 * printable("a\u001b[2Jb"); // "a\\u001b[2Jb"
 * ```
 */
export function printable(text: string, { lines, styled }: PrintableOptions = {}): string {
  if (lines) return text.split(/\r?\n/).map((line) => printable(line, { styled })).join("\n");
  return styled
    ? text.replaceAll(STYLE_OR_UNSAFE, (found) => found.length > 2 ? found : escape(found))
    : text.replaceAll(UNSAFE_CHARACTER, escape);
}

/** Whether {@link printable} would keep the text, or a piece of it, apart from line breaks and tabs. */
export function isPrintable(text: string): boolean {
  return text.replaceAll(/\r?\n|\r$|\t/g, "").search(UNSAFE_CHARACTER) < 0;
}

/**
 * JSON that is as safe to print as {@link printable} text, and still the same JSON.
 *
 * @param indent spaces for each level, over several lines; on one line unless given
 */
export function printableJson(
  value: object | string | number | boolean | null,
  indent?: number,
): string {
  // A line break in a string is an escape already: those in the text are of the layout.
  return JSON.stringify(value, null, indent).split("\n")
    .map((line) => line.replaceAll(UNSAFE_CHARACTER, unicodeEscape)).join("\n");
}

/** A character as `\u001b`, beyond the first 65,536 as two of these: the escapes of JSON. */
export function unicodeEscape(character: string): string {
  return character.split("").map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}

function escape(character: string): string {
  return SHORT[character] ?? unicodeEscape(character);
}
