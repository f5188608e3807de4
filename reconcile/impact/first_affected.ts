import type { AffectedEntry } from "../changes/impact.ts";

/** How many entries are named. */
export const FIRST_LIMIT = 5;

interface Place {
  readonly order: number;
  readonly entry: AffectedEntry;
}

/** Keeps the first few entries that a change concerns, one for each key, however they come in. */
export class FirstAffected {
  readonly #places: Place[] = [];

  /** The entries, in the order in which they were written. */
  get entries(): readonly AffectedEntry[] {
    return this.#places.map(({ entry }) => entry);
  }

  /** True when an entry of this order may belong to the first. */
  wants(order: number, key: string): boolean {
    const last = this.#places.at(-1);
    if (this.#places.length === FIRST_LIMIT && last !== undefined && order > last.order) {
      return false;
    }
    return this.#places.every(({ entry }) => entry.key !== key);
  }

  /** Takes an entry that is wanted. */
  take(order: number, entry: AffectedEntry): void {
    const at = this.#places.findIndex((place) => place.order > order);
    this.#places.splice(at < 0 ? this.#places.length : at, 0, { order, entry });
    this.#places.length = Math.min(this.#places.length, FIRST_LIMIT);
  }
}
