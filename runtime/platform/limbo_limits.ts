/** How many may be in limbo at once: each is a connection of the server. */
export interface LimboBounds {
  /** From one address, behind which many people and devices may be. */
  readonly each: number;
  readonly all: number;
  /** Milliseconds that each stays at most. */
  readonly stayMs: number;
}

interface Entered {
  readonly at: number;
  readonly host: string;
}

/**
 * Counts who is let in to ask why they may do nothing. Whoever has a key gets there, and keys cost nothing: so
 * no address takes the places of all others, and all together no more than a server bears.
 */
export class LimboLimits {
  readonly #bounds: LimboBounds;
  readonly #now: () => number;
  /** The oldest first. */
  readonly #entered = new Set<Entered>();
  readonly #counts = new Map<string, number>();

  /** @param now milliseconds of a clock that only goes forward */
  constructor(bounds: LimboBounds, now: () => number = () => performance.now()) {
    this.#bounds = bounds;
    this.#now = now;
  }

  /** Whether one more may come in from an address; counts them when they may. */
  enter(host: string): boolean {
    const at = this.#now();
    const { each, all, stayMs } = this.#bounds;
    for (const entered of this.#entered) {
      if (entered.at + stayMs > at) break;
      this.#entered.delete(entered);
      const left = (this.#counts.get(entered.host) ?? 0) - 1;
      if (left > 0) this.#counts.set(entered.host, left);
      else this.#counts.delete(entered.host);
    }
    const count = this.#counts.get(host) ?? 0;
    if (count >= each || this.#entered.size >= all) return false;
    this.#entered.add({ at, host });
    this.#counts.set(host, count + 1);
    return true;
  }
}
