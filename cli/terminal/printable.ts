/** Control characters, lone surrogates, line separators, and what turns the direction of text. */
const UNSAFE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** How {@link printable} treats its text. */
export interface PrintableOptions {
  /** Keep line breaks, for text of several lines such as a server's log. */
  readonly lines?: boolean;
}

/**
 * Makes foreign text safe to print: whatever could move the cursor, change colours, or make a line
 * read differently from what it is, is written as an escape. Everything else stays as it is.
 *
 * ```ts ignore
 * printable("a\u001b[2Jb"); // "a\\u001b[2Jb"
 * ```
 */
export function printable(text: string, options: PrintableOptions = {}): string {
  if (options.lines) return text.split(/\r?\n/).map((line) => printable(line)).join("\n");
  return text.replaceAll(UNSAFE, (char) => SHORT[char] ?? unicodeEscape(char));
}

/** One UTF-16 code unit as `\u001b`, which is also how JSON writes it. */
export function unicodeEscape(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** JSON on one line that is as safe to print as {@link printable} text, and still the same JSON. */
export function printableJson(value: object | string | number | boolean | null): string {
  return JSON.stringify(value).replaceAll(UNSAFE, unicodeEscape);
}
