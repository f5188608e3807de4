/** How often something is done again and again. */
export interface Pace {
  /** Milliseconds between two times, where one takes little. */
  readonly intervalMs: number;
  /** At most one part of so many of the time is spent on it. */
  readonly share: number;
  /** Milliseconds between two times, whatever one takes. */
  readonly longestMs: number;
}

/** Milliseconds until the next time, after one that took so long. */
export function pauseAfter(tookMs: number, { intervalMs, share, longestMs }: Pace): number {
  return Math.max(intervalMs, Math.min(longestMs, tookMs * share));
}
