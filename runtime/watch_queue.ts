/** An item, or a mark that is called when everything before it has been taken. */
type Slot<T> = { readonly item: T } | { readonly mark: () => void };

/**
 * Items between the one who pushes and the one loop that takes them. The pusher learns by marks
 * how far the loop has come, so that the server can be made to wait for a slow loop.
 */
export class WatchQueue<T> implements AsyncIterable<T> {
  readonly #onEnd: () => void;
  #slots: Slot<T>[] = [];
  #taken = 0;
  #ended = false;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  /** @param onEnd called once, when the queue ends for whatever reason */
  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  /** True when nothing can be added any more. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Adds an item. */
  push(item: T): void {
    this.#add({ item });
  }

  /** Has `mark` called once every item before it has been taken. */
  mark(mark: () => void): void {
    this.#add({ mark });
  }

  /** Ends the queue: without a failure at once, with one after what is in it. */
  end(failure?: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#failure = failure;
    if (failure === undefined) this.#slots = [];
    this.#onEnd();
    this.#wake?.();
  }

  /** The items; leaving the loop ends the queue. */
  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return {
      next: () => this.#next(),
      return: () => {
        this.end();
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }

  async #next(): Promise<IteratorResult<T, undefined>> {
    for (;;) {
      const slot = this.#take();
      if (slot !== undefined) {
        if ("item" in slot) return { done: false, value: slot.item };
        slot.mark();
      } else if (this.#ended) {
        const failure = this.#failure;
        this.#failure = undefined;
        if (failure !== undefined) throw failure;
        return { done: true, value: undefined };
      } else {
        await new Promise<void>((resolve) => this.#wake = resolve);
        this.#wake = undefined;
      }
    }
  }

  #add(slot: Slot<T>): void {
    if (this.#ended) return;
    this.#slots.push(slot);
    this.#wake?.();
  }

  #take(): Slot<T> | undefined {
    const slot = this.#slots[this.#taken];
    if (slot === undefined) {
      this.#slots = [];
      this.#taken = 0;
      return undefined;
    }
    // Removing from the front of a long array costs its whole length.
    if (++this.#taken >= 1024) {
      this.#slots = this.#slots.slice(this.#taken);
      this.#taken = 0;
    }
    return slot;
  }
}
