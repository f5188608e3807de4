import type { Result } from "../../../contracts/result.ts";
import type { FeedSource, FeedYield } from "../feed_yield.ts";
import type { YieldBuffer } from "./yield_buffer.ts";

type Ended<E> = { readonly result: Result<void, E> | void } | { readonly cause: unknown };

/** Gives items, and at its end a result. */
export type YieldIterator<T, E> = AsyncIterator<FeedYield<T>, Result<void, E> | void>;

/** Items between one who pushes and the feed of one subscriber, who may be slow. */
export class YieldQueue<T, E> implements FeedSource<T, E> {
  readonly #buffer: YieldBuffer<T>;
  readonly #onLeave: () => void;
  #isMissing: boolean;
  #ended: Ended<E> | undefined;
  #wake: (() => void) | undefined;

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
    if (!this.#buffer.push(item)) return false;
    this.#wake?.();
    return true;
  }

  /** Ends it after what waits: with a result, or with what is thrown. */
  end(ended: Ended<E>): void {
    this.#ended ??= ended;
    this.#wake?.();
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

  async #next(): Promise<IteratorResult<FeedYield<T>, Result<void, E> | void>> {
    for (;;) {
      const item = this.#buffer.shift();
      if (item !== undefined) {
        const value = this.#isMissing ? { ...item, reset: true } : item;
        this.#isMissing = false;
        return { done: false, value };
      }
      if (this.#ended !== undefined) {
        if ("cause" in this.#ended) throw this.#ended.cause;
        return { done: true, value: this.#ended.result };
      }
      await new Promise<void>((resolve) => this.#wake = resolve);
      this.#wake = undefined;
    }
  }
}
