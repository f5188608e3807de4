/** How groups and queues work where their declarations do not say. */
export const WORK_DEFAULTS = {
  /** Milliseconds until what a dead worker had is delivered again. */
  ackWaitMs: 30_000,
  /** Tries in all. */
  maxDeliver: 5,
  /** Milliseconds before the second try, the third and so on. */
  backoffMs: [1000, 5000, 30_000],
} as const;
