/** So many removals, and as many as there are entries, and they move to a new map. */
const REMOVALS = 1024;

/**
 * A `Map` for what comes and goes all the time. When V8 makes room in a `Map`, it leaves the table behind with a
 * pointer to the next one. Once such a table is in the old generation, the collector of the young one takes all that
 * was in any of the next ones for being in use, and copies it. Here that chain is cut again and again.
 */
export class FleetingMap<K, V> {
  #map = new Map<K, V>();
  #removed = 0;

  /** How many there are. */
  get size(): number {
    return this.#map.size;
  }

  /** The value of a key; undefined when there is none. */
  get(key: K): V | undefined {
    return this.#map.get(key);
  }

  /** Adds a value, or replaces it. */
  set(key: K, value: V): void {
    this.#map.set(key, value);
  }

  /** Removes a key. False when it was not there. */
  delete(key: K): boolean {
    const { size } = this.#map;
    if (!this.#map.delete(key)) return false;
    if (++this.#removed > REMOVALS + size) {
      this.#removed = 0;
      this.#map = new Map(this.#map);
    }
    return true;
  }

  /** All that are there at this moment, and their keys. */
  entries(): readonly (readonly [K, V])[] {
    return [...this.#map];
  }

  /** All that are there at this moment. */
  values(): readonly V[] {
    return [...this.#map.values()];
  }
}
