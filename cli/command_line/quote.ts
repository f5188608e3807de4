import { truncate } from "../terminal/display_width.ts";
import { printable } from "../terminal/printable.ts";

/** What a person typed, safe and short enough to stand in a message. */
export function quote(given: string): string {
  // Cut first: a long argument need not be looked at as a whole.
  return `"${truncate(printable(given.slice(0, 200)), 60)}"`;
}
