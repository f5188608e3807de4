/** Attempts of one account, or from one address, that have not succeeded. */
export interface Attempts {
  readonly count: number;
  /** When the last one was, in milliseconds. */
  readonly lastAt: number;
}

/** Attempts are forgotten when nothing was tried for so long. */
const FORGOTTEN_AFTER_MS = 60 * 60_000;

/** Counts attempts by whatever they have in common, of so many at most. */
export class AttemptCounts {
  readonly #known = new Map<string, Attempts>();

  /** @param most of how many keys something is remembered */
  constructor(private readonly most: number) {}

  /** The attempts of a key; undefined when there are none, or they are forgotten. */
  get(key: string, now: number): Attempts | undefined {
    const attempts = this.#known.get(key);
    return attempts === undefined || now - attempts.lastAt >= FORGOTTEN_AFTER_MS
      ? undefined
      : attempts;
  }

  /** Counts one more. Answers how many there are. */
  add(key: string, now: number): number {
    const count = (this.get(key, now)?.count ?? 0) + 1;
    // The one that was tried last stands last, so the first is the one to forget.
    this.#known.delete(key);
    this.#known.set(key, { count, lastAt: now });
    const [oldest] = this.#known.keys();
    if (this.#known.size > this.most && oldest !== undefined) this.#known.delete(oldest);
    return count;
  }

  /** Takes one back. */
  takeBack(key: string): void {
    const attempts = this.#known.get(key);
    if (attempts !== undefined) {
      this.#known.set(key, { ...attempts, count: attempts.count - 1 });
    }
  }

  /** Forgets all of a key. */
  forget(key: string): void {
    this.#known.delete(key);
  }
}
