import { displayWidth } from "../terminal/display_width.ts";

/**
 * A command to copy, broken between its words where it is wider than `width`: a shell reads the
 * lines as one. Words stay whole.
 */
export function commandLines(
  words: readonly string[],
  width: number,
  indent: number,
): readonly string[] {
  const lines: string[] = [];
  let line = " ".repeat(indent);
  for (const [index, word] of words.entries()) {
    const isLast = index === words.length - 1;
    const separator = line.trim() === "" ? "" : " ";
    const joined = line + separator + word;
    if (separator !== "" && displayWidth(joined) + (isLast ? 0 : 2) > width) {
      lines.push(`${line} \\`);
      line = " ".repeat(indent + 2) + word;
    } else line = joined;
  }
  return [...lines, line];
}
