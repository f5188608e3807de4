/** Inclusive ranges of code points, sorted and apart. */
export type CodePoints = readonly (readonly [number, number])[];

const known = new Map<string, CodePoints>();
/** Reading a property takes about 20 ms, so that only so many are read. */
const MAX_PROPERTIES = 20;
const BLOCK = 0x1000;

/**
 * The code points that have a Unicode property, as this engine knows it; undefined for an unknown
 * property, and for more properties than anything needs.
 *
 * @param name with its braces, as `{L}` or `{Script=Greek}`
 */
export function pointsWithProperty(name: string): CodePoints | undefined {
  let points = known.get(name);
  if (points === undefined && known.size < MAX_PROPERTIES) {
    points = readProperty(name);
    if (points !== undefined) known.set(name, points);
  }
  return points;
}

function readProperty(name: string): CodePoints | undefined {
  let run: RegExp;
  try {
    run = new RegExp(`\\p${name}+`, "gu");
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const points: [number, number][] = [];
  const add = (from: number, to: number) => {
    const last = points.at(-1);
    if (last !== undefined && last[1] === from - 1) last[1] = to;
    else points.push([from, to]);
  };
  for (let block = 0; block <= 0x10ffff; block += BLOCK) {
    for (const [from, to] of runsIn(block, run)) add(from, to);
  }
  return points;
}

/** The runs of matching code points in one block. */
function* runsIn(block: number, run: RegExp): Iterable<readonly [number, number]> {
  // Surrogates would join to other characters; all of them have the same properties.
  const isSurrogates = block >= 0xd000 && block < 0xe000;
  const end = isSurrogates ? 0xd7ff : block + BLOCK - 1;
  const text = String.fromCodePoint(
    ...Array.from({ length: end - block + 1 }, (_, i) => block + i),
  );
  const width = block > 0xffff ? 2 : 1;
  for (const match of text.matchAll(run)) {
    const from = block + match.index / width;
    yield [from, from + match[0].length / width - 1];
  }
  run.lastIndex = 0;
  if (isSurrogates && run.test("\ud800")) yield [0xd800, 0xdfff];
  run.lastIndex = 0;
}
