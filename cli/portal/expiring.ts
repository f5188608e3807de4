import { randomBytes } from "node:crypto";

/** How long things are kept, and how many. */
export interface ExpiringOptions {
  readonly lifetimeMs: number;
  readonly most: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

interface Kept<T> {
  readonly value: T;
  readonly until: number;
}

/** Keeps things for a while under names that nobody can guess. */
export class Expiring<T> {
  readonly #options: ExpiringOptions;
  /** The oldest first. */
  readonly #kept = new Map<string, Kept<T>>();

  /** @param options how long, and how many */
  constructor(options: ExpiringOptions) {
    this.#options = options;
  }

  /** Keeps what is made for a new name; undefined when there are too many already. */
  add(make: (id: string, until: number) => T): T | undefined {
    const { lifetimeMs, most, now } = this.#options;
    for (const [id, { until }] of this.#kept) {
      if (until > now()) break;
      this.#kept.delete(id);
    }
    if (this.#kept.size >= most) return undefined;
    const id = randomBytes(24).toString("base64url");
    const until = now() + lifetimeMs;
    const value = make(id, until);
    this.#kept.set(id, { value, until });
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
    this.#kept.delete(id);
    return value;
  }
}
