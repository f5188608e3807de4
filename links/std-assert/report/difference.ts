import { describe } from "./describe.ts";
import { type DiffLine, diffLines } from "./line_diff.ts";

/** Equal lines shown on either side of a change. */
const CONTEXT_LINES = 3;
const MARKS = { both: "    ", actual: "-   ", expected: "+   " } as const;

/** The difference of two values as text, line by line: `-` stands before what was found, `+` before what was expected. */
export function difference(actual: unknown, expected: unknown): string {
  const shown = diffLines(linesOf(actual, expected), linesOf(expected, actual));
  return `\n\n    [Diff] -actual / +expected\n\n${collapse(shown).join("\n")}\n`;
}

/** Two texts are compared as they are, everything else as it is inspected. */
function linesOf(value: unknown, other: unknown): string[] {
  if (
    typeof value === "string" && typeof other === "string" &&
    /\n/.test(value + other)
  ) {
    // The line breaks themselves may be the difference.
    return value.split("\n").map((line) => line.replaceAll("\r", "\\r"));
  }
  return describe(value, false).split("\n");
}

function collapse(diff: readonly DiffLine[]): string[] {
  const keep = new Set<number>();
  diff.forEach(({ side }, at) => {
    if (side === "both") return;
    for (let near = at - CONTEXT_LINES; near <= at + CONTEXT_LINES; near++) {
      keep.add(near);
    }
  });
  const out: string[] = [];
  let skipped = 0;
  diff.forEach(({ side, text }, at) => {
    // Without any change in the text (two functions of one name, say) there is nothing to centre on.
    if (keep.size > 0 && !keep.has(at)) {
      skipped++;
      return;
    }
    if (skipped > 0) out.push(gap(skipped));
    skipped = 0;
    out.push(MARKS[side] + text);
  });
  if (skipped > 0) out.push(gap(skipped));
  return out;
}

function gap(count: number): string {
  return `    ... ${count} equal line${count === 1 ? "" : "s"}`;
}
