/** How long something took, as counts of classes: what instances tell is added up, and shares are read from it. */

/** Upper bounds of the classes, in milliseconds; what takes longer is in one more. */
export const LATENCY_BOUNDS_MS: readonly number[] = [
  0.1,
  0.25,
  0.5,
  1,
  2.5,
  5,
  10,
  25,
  50,
  100,
  250,
  500,
  1000,
  2500,
  5000,
  10_000,
];

/** How many took how long. */
export interface Latency {
  /** Upper bounds of the classes, in milliseconds, which belong to them; growing. */
  readonly boundsMs: readonly number[];
  /** How many are in each class; one more than there are bounds. */
  readonly counts: readonly number[];
}

/** The class of a duration in milliseconds. */
export function latencyClass(ms: number): number {
  let at = 0;
  // Most are short, so this is faster than to halve the list.
  while (at < LATENCY_BOUNDS_MS.length && ms > LATENCY_BOUNDS_MS[at]!) at++;
  return at;
}

/** No duration yet. */
export function noLatency(): Latency {
  return { boundsMs: LATENCY_BOUNDS_MS, counts: Array(LATENCY_BOUNDS_MS.length + 1).fill(0) };
}

/** The same in the classes of this version: another version may have others, and then some seem to have taken longer. */
export function inKnownClasses({ boundsMs, counts }: Latency): Latency {
  const known: number[] = [...noLatency().counts];
  for (const [at, count] of counts.entries()) {
    known[latencyClass(boundsMs[at] ?? Infinity)]! += count;
  }
  return { boundsMs: LATENCY_BOUNDS_MS, counts: known };
}

/** How many took how long in both. */
export function sumLatency(a: Latency, b: Latency): Latency {
  return { boundsMs: a.boundsMs, counts: a.counts.map((count, at) => count + (b.counts[at] ?? 0)) };
}

/** What has come since `before`, of the same counts. */
export function latencySince(now: Latency, before: Latency): Latency {
  return {
    boundsMs: now.boundsMs,
    counts: now.counts.map((count, at) => Math.max(0, count - (before.counts[at] ?? 0))),
  };
}

/** How many there are in all. */
export function latencyTotal({ counts }: Latency): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/**
 * The duration in milliseconds that a share of all did not exceed, as 0.99: read from its class, as if what is in it
 * were spread evenly. Undefined without any; the last bound for what is above it.
 */
export function latencyQuantile({ boundsMs, counts }: Latency, share: number): number | undefined {
  const total = latencyTotal({ boundsMs, counts });
  if (total === 0) return undefined;
  let left = share * total;
  for (const [at, bound] of boundsMs.entries()) {
    const count = counts[at] ?? 0;
    const lower = boundsMs[at - 1] ?? 0;
    if (count > 0 && left <= count) return lower + (bound - lower) * (left / count);
    left -= count;
  }
  return boundsMs.at(-1);
}
