/** One line of a comparison, and where it stands. */
export interface DiffLine {
  readonly side: "both" | "actual" | "expected";
  readonly text: string;
}

/** Above this product of lengths the table would take too much memory; the whole middle counts as changed then. */
const TABLE_LIMIT = 4_000_000;

/** Compares two lists of lines: the common ones stay, in order, and as few as possible are added or removed. */
export function diffLines(
  actual: readonly string[],
  expected: readonly string[],
): DiffLine[] {
  const shorter = Math.min(actual.length, expected.length);
  let head = 0;
  while (head < shorter && actual[head] === expected[head]) head++;
  let tail = 0;
  while (
    tail < shorter - head && actual.at(-1 - tail) === expected.at(-1 - tail)
  ) tail++;

  const middleActual = actual.slice(head, actual.length - tail);
  const middleExpected = expected.slice(head, expected.length - tail);
  return [
    ...lines("both", actual.slice(0, head)),
    ...diffMiddle(middleActual, middleExpected),
    ...lines("both", actual.slice(actual.length - tail)),
  ];
}

function diffMiddle(
  actual: readonly string[],
  expected: readonly string[],
): DiffLine[] {
  const width = expected.length + 1;
  if (actual.length * width > TABLE_LIMIT) {
    return [...lines("actual", actual), ...lines("expected", expected)];
  }
  const common = commonLengths(actual, expected);
  const out: DiffLine[] = [];
  let a = 0;
  let e = 0;
  while (a < actual.length && e < expected.length) {
    const text = actual[a] ?? "";
    if (text === expected[e]) {
      out.push({ side: "both", text });
      a++;
      e++;
    } else if (
      (common[(a + 1) * width + e] ?? 0) >= (common[a * width + e + 1] ?? 0)
    ) {
      out.push({ side: "actual", text });
      a++;
    } else {
      out.push({ side: "expected", text: expected[e] ?? "" });
      e++;
    }
  }
  return [
    ...out,
    ...lines("actual", actual.slice(a)),
    ...lines("expected", expected.slice(e)),
  ];
}

/** At `a * (expected.length + 1) + e`: how many lines `actual[a..]` and `expected[e..]` have in common, in order. */
function commonLengths(
  actual: readonly string[],
  expected: readonly string[],
): Uint32Array {
  const width = expected.length + 1;
  const table = new Uint32Array((actual.length + 1) * width);
  for (let a = actual.length - 1; a >= 0; a--) {
    for (let e = expected.length - 1; e >= 0; e--) {
      const below = table[(a + 1) * width + e] ?? 0;
      const right = table[a * width + e + 1] ?? 0;
      table[a * width + e] = actual[a] === expected[e]
        ? (table[(a + 1) * width + e + 1] ?? 0) + 1
        : Math.max(below, right);
    }
  }
  return table;
}

function lines(side: DiffLine["side"], texts: readonly string[]): DiffLine[] {
  return texts.map((text) => ({ side, text }));
}
