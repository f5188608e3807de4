/** How waiting times grow. */
export interface Backoff {
  /** Milliseconds before the first repetition. */
  readonly firstMs: number;
  /** Milliseconds that no wait exceeds. */
  readonly maxMs: number;
}

/**
 * Milliseconds to wait before an attempt is repeated: doubling, and spread over the upper half so that
 * those who failed together do not come back together.
 *
 * @param failures how many attempts have failed; at least 1
 * @param random from 0 to 1
 */
export function backoffMs(failures: number, random: number, { firstMs, maxMs }: Backoff): number {
  const full = Math.min(maxMs, firstMs * 2 ** Math.min(failures - 1, 30));
  return full / 2 + (full / 2) * random;
}
