import { unrefTimer } from "../nats/unref_timer.ts";

/** Milliseconds for which it counts that there was more: other instances may have taken it. */
const FRESH_MS = 1000;

/** Whose turn it is to ask for more: what is of a lower class comes first. */
export class ClassTurns {
  readonly #last: number;
  readonly #ask: () => void;
  /** Until when it counts that a consumer had more, by `performance.now()`. */
  readonly #hasMore: Map<string, number>[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param last the number of the last class
   * @param ask called when it may be the turn of those that were refused
   */
  constructor(last: number, ask: () => void) {
    this.#last = last;
    this.#ask = ask;
  }

  /** A consumer has delivered something, and said how much there is behind it. */
  note(priority: number, consumer: string, pending: number): void {
    // Nothing comes after it.
    if (priority === this.#last) return;
    const known = this.#hasMore[priority] ??= new Map();
    if (pending > 0) known.set(consumer, performance.now() + FRESH_MS);
    else known.delete(consumer);
  }

  /** Whether nothing is known of what comes before a class. */
  mayAsk(priority: number): boolean {
    if (priority === 0) return true;
    const now = performance.now();
    const comesAfter = this.#hasMore.slice(0, priority).some((known) =>
      known !== undefined && [...known.values()].some((until) => until > now)
    );
    if (comesAfter) this.#askLater();
    return !comesAfter;
  }

  /** Asks no more. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  #askLater(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#ask();
    }, FRESH_MS);
    unrefTimer(this.#timer);
  }
}
