import type { Result } from "../../../contracts/result.ts";
import type { FeedSource, FeedYield } from "../feed_yield.ts";
import type { YieldBuffer } from "./yield_buffer.ts";

/** Why values may be missing. */
const MISSED = "a source that many share does not know what this subscriber has had";

type Ended<E> = { readonly result: Result<void, E> | void } | { readonly cause: unknown };

/** Gives items, and at its end a result. */
export type YieldIterator<T, E> = AsyncIterator<FeedYield<T>, Result<void, E> | void>;

type Step<T, E> = IteratorResult<FeedYield<T>, Result<void, E> | void>;

/** Items between one who pushes and the feed of one subscriber, who may be slow. */
export class YieldQueue<T, E> implements FeedSource<T, E> {
  readonly #buffer: YieldBuffer<T>;
  readonly #onLeave: () => void;
  #isMissing: boolean;
  #ended: Ended<E> | undefined;
  /** The subscriber waits for it, and nothing else does. */
  #waiting: PromiseWithResolvers<Step<T, E>> | undefined;

  /**
   * @param onLeave called when the subscriber is gone
   * @param isMissing true for a subscriber who may have missed what came before the first item
   */
  constructor(buffer: YieldBuffer<T>, onLeave: () => void, isMissing: boolean = false) {
    this.#buffer = buffer;
    this.#onLeave = onLeave;
    this.#isMissing = isMissing;
  }

  /** Adds an item; false when there is no room for it. */
  push(item: FeedYield<T>): boolean {
    const waiting = this.#waiting;
    if (waiting === undefined) return this.#buffer.push(item);
    this.#waiting = undefined;
    waiting.resolve(this.#step(item));
    return true;
  }

  /** Ends it after what waits: with a result, or with what is thrown. */
  end(ended: Ended<E>): void {
    this.#ended ??= ended;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve(this.#next());
  }

  /** The one loop. */
  [Symbol.asyncIterator](): YieldIterator<T, E> {
    return {
      next: () => this.#next(),
      return: () => {
        this.end({ result: undefined });
        this.#onLeave();
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }

  #next(): Promise<Step<T, E>> {
    const item = this.#buffer.shift();
    if (item !== undefined) return Promise.resolve(this.#step(item));
    if (this.#ended === undefined) {
      this.#waiting = Promise.withResolvers();
      return this.#waiting.promise;
    }
    if ("cause" in this.#ended) return Promise.reject(this.#ended.cause);
    return Promise.resolve({ done: true, value: this.#ended.result });
  }

  #step(item: FeedYield<T>): Step<T, E> {
    const value = this.#isMissing ? { ...item, reset: MISSED } : item;
    this.#isMissing = false;
    return { done: false, value };
  }
}
