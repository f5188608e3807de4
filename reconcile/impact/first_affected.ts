import type { AffectedEntry } from "../changes/impact.ts";

/** How many entries are named. */
export const FIRST_LIMIT = 5;

interface Place {
  readonly order: number;
  /** What there is one entry of. */
  readonly id: string;
  readonly entry: AffectedEntry;
}

/** Keeps the first few entries that a change concerns, one for each id, however they come in. */
export class FirstAffected {
  readonly #places: Place[] = [];

  /** The entries, in the order in which they were written. */
  get entries(): readonly AffectedEntry[] {
    return this.#places.map(({ entry }) => entry);
  }

  /** True when an entry of this order may belong to the first. */
  wants(order: number, id: string): boolean {
    const last = this.#places.at(-1);
    if (this.#places.length === FIRST_LIMIT && last !== undefined && order > last.order) {
      return false;
    }
    return this.#places.every((place) => place.id !== id);
  }

  /** Takes an entry that is wanted; its key is its id unless another is given. */
  take(order: number, entry: AffectedEntry, id: string = entry.key): void {
    const at = this.#places.findIndex((place) => place.order > order);
    this.#places.splice(at < 0 ? this.#places.length : at, 0, { order, id, entry });
    this.#places.length = Math.min(this.#places.length, FIRST_LIMIT);
  }
}
