import widthOf from "fast-string-width";

const characters = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Columns that a text takes on a terminal: two for East Asian wide letters and emoji. */
export function displayWidth(text: string): number {
  return widthOf(text);
}

/**
 * Cuts a text without styles to a number of columns; what was cut shows as `…`. Never splits what
 * a person sees as one character.
 */
export function truncate(text: string, width: number): string {
  if (width < 1) return "";
  // No text has more columns than twice its length.
  if (text.length * 2 <= width || displayWidth(text) <= width) return text;
  let kept = "";
  let room = width - 1;
  for (const { segment } of characters.segment(text)) {
    room -= displayWidth(segment);
    if (room < 0) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** Fills a text up to a number of columns with spaces, behind it or, aligned right, before it. */
export function pad(text: string, width: number, align: "left" | "right" = "left"): string {
  const fill = " ".repeat(Math.max(0, width - displayWidth(text)));
  return align === "left" ? text + fill : fill + text;
}
