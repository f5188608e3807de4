import type { Result } from "../../contracts/result.ts";

/** One value of a feed, as its handler gives it. */
export interface FeedYield<T> {
  /** As the contract declares it. */
  readonly value: T;
  /** Where the feed is after it: given to the handler when a subscriber goes on from there. */
  readonly cursor?: string | undefined;
  /** What it is about; while its subscriber is slow, `conflate` keeps the last value of each. */
  readonly key?: string | undefined;
  /** Values before it may be missing, as where the history to go on with is gone: true, or why, in words for a log. */
  readonly reset?: boolean | string | undefined;
}

/** What a feed is made of; an async generator is one. Returning ends it, with the error that is returned if any. */
export type FeedSource<T, E = never> = AsyncIterable<FeedYield<T>, Result<void, E> | void>;
