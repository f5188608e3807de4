import { randomBytes } from "node:crypto";

/** How long things are kept, and how many. */
export interface ExpiringOptions {
  readonly lifetimeMs: number;
  readonly most: number;
  /** How many of one who asks, so that nobody takes the places of all others; any unless given. */
  readonly mostEach?: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

interface Kept<T> {
  readonly value: T;
  readonly until: number;
  readonly by: string;
}

/** Keeps things for a while under names that nobody can guess. */
export class Expiring<T> {
  readonly #options: ExpiringOptions;
  /** The oldest first. */
  readonly #kept = new Map<string, Kept<T>>();
  /** How many are kept, by who has asked. */
  readonly #counts = new Map<string, number>();

  /** @param options how long, and how many */
  constructor(options: ExpiringOptions) {
    this.#options = options;
  }

  /**
   * Keeps what is made for a new name; undefined when there are too many already.
   *
   * @param by who asks
   */
  add(make: (id: string, until: number) => T, by = ""): T | undefined {
    const { lifetimeMs, most, mostEach = most, now } = this.#options;
    for (const [id, { until }] of this.#kept) {
      if (until > now()) break;
      this.#drop(id);
    }
    const count = this.#counts.get(by) ?? 0;
    if (this.#kept.size >= most || count >= mostEach) return undefined;
    this.#counts.set(by, count + 1);
    const id = randomBytes(24).toString("base64url");
    const until = now() + lifetimeMs;
    const value = make(id, until);
    this.#kept.set(id, { value, until, by });
    return value;
  }

  /** What is kept under a name; undefined when there is nothing, or nothing any more. */
  get(id: string): T | undefined {
    const kept = this.#kept.get(id);
    return kept !== undefined && kept.until > this.#options.now() ? kept.value : undefined;
  }

  /** The same, for the last time. */
  take(id: string): T | undefined {
    const value = this.get(id);
    this.#drop(id);
    return value;
  }

  #drop(id: string): void {
    const kept = this.#kept.get(id);
    if (kept === undefined) return;
    this.#kept.delete(id);
    const left = (this.#counts.get(kept.by) ?? 0) - 1;
    if (left > 0) this.#counts.set(kept.by, left);
    else this.#counts.delete(kept.by);
  }
}
