import type { FeedYield } from "../feed_yield.ts";

/** What waits for a slow subscriber. */
export interface YieldBuffer<T> {
  /** Adds an item; false when there is no room for it. */
  push(item: FeedYield<T>): boolean;
  /** Takes the oldest one. */
  shift(): FeedYield<T> | undefined;
}

/** Keeps all of them, up to a number. */
export class BoundedBuffer<T> implements YieldBuffer<T> {
  readonly #limit: number;
  #items: FeedYield<T>[] = [];
  #taken = 0;

  /** @param limit items at once */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** See {@link YieldBuffer.push}. */
  push(item: FeedYield<T>): boolean {
    if (this.#items.length - this.#taken >= this.#limit) return false;
    this.#items.push(item);
    return true;
  }

  /** See {@link YieldBuffer.shift}. */
  shift(): FeedYield<T> | undefined {
    const item = this.#items[this.#taken];
    if (item !== undefined) this.#taken++;
    if (this.#taken < this.#items.length) return item;
    this.#items = [];
    this.#taken = 0;
    return item;
  }
}

/** Keeps the last of each key; those without a key count as one. */
export class LastOfEach<T> implements YieldBuffer<T> {
  readonly #items = new Map<string | undefined, FeedYield<T>>();

  /** How many there are. */
  get size(): number {
    return this.#items.size;
  }

  /** What is kept, in the order in which it came. */
  get items(): Iterable<FeedYield<T>> {
    return this.#items.values();
  }

  /** See {@link YieldBuffer.push}. */
  push(item: FeedYield<T>): boolean {
    const { key } = item;
    const before = this.#items.get(key);
    // How things are is told anew: what was told of them before is over.
    if (item.reset) this.#items.clear();
    // In the order of the cursors, so that nothing is skipped by who goes on after one of them.
    else this.#items.delete(key);
    this.#items.set(key, before?.reset ? { ...item, reset: before.reset } : item);
    return true;
  }

  /** See {@link YieldBuffer.shift}. */
  shift(): FeedYield<T> | undefined {
    for (const [key, item] of this.#items) {
      this.#items.delete(key);
      return item;
    }
    return undefined;
  }
}
