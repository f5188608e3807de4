import { wrapAnsi } from "fast-wrap-ansi";

/**
 * Breaks text into lines of at most `width` columns, each with `indent` spaces before it. Line
 * breaks in the text stay; a word that is longer than a line is split.
 */
export function wrap(text: string, width: number, indent = 0): string {
  const room = Math.max(1, width - indent);
  const lines = room === Infinity ? text : wrapAnsi(text, room, { hard: true });
  const margin = " ".repeat(indent);
  return lines.split("\n").map((line) => line === "" ? "" : margin + line).join("\n");
}

/** The same for text behind something that is `indent` wide: its first line has no spaces before it. */
export function wrapBehind(text: string, width: number, indent: number): string {
  return wrap(text, width, indent).slice(indent);
}
