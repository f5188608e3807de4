/** One side of a comparison; taking its turn measures it once. */
export interface Side {
  /** Measures once: calls a second, or a time. */
  turn(): Promise<number> | number;
}

/** The figures of every side, by name; the figures of one round have the same index. */
export type Figures = Readonly<Record<string, readonly number[]>>;

/**
 * Measures sides in turns, so that what else a machine does falls on all of them. The first round is
 * a warm-up and does not count; every second round goes backwards.
 */
export async function inTurns(
  sides: Readonly<Record<string, Side>>,
  rounds: number,
): Promise<Figures> {
  const figures: Record<string, number[]> = {};
  const order = Object.entries(sides);
  for (const [name] of order) figures[name] = [];
  for (let round = -1; round < rounds; round++) {
    for (const [name, side] of round % 2 === 0 ? order : order.toReversed()) {
      const figure = await side.turn();
      if (round >= 0) figures[name]?.push(figure);
    }
  }
  return figures;
}

/** The middle figure; of an even number the mean of the middle two. NaN of none. */
export function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const low = sorted[Math.floor(middle)] ?? NaN;
  return (low + (sorted[Math.ceil(middle)] ?? NaN)) / 2;
}

/** The median of the ratios of the rounds: what disturbs a whole round disturbs no ratio. */
export function medianRatio(of: readonly number[], to: readonly number[]): number {
  return median(of.map((figure, round) => figure / (to[round] ?? NaN)));
}
