import { firstAtLeast } from "../first_at_least.ts";
import { ALL_KEYS, keyMatcher, literalPrefix } from "./key.ts";

/** With more changes than this, merging is quicker than inserting one by one. */
const MAX_INSERTIONS = 64;

/**
 * The newest revision of every key of a bucket, kept up to date by what happened since. Listing a
 * large bucket page after page then costs no more than its changes.
 *
 * Sequences are positive for values and negative for deletion markers: one number a key.
 */
export class KeyIndex {
  readonly #sequences = new Map<string, number>();
  /** Live keys in order; undefined when it must be made again. */
  #sorted: string[] | undefined;
  /** Keys that came to life or died since the order was made; applied when it is needed. */
  readonly #changed = new Map<string, boolean>();
  #oldest = Infinity;
  #newest = 0;

  /** Everything up to this sequence is known. */
  get newest(): number {
    return this.#newest;
  }

  /** Keys with a revision, deleted ones included. */
  get size(): number {
    return this.#sequences.size;
  }

  /** True when a revision of the key is known, a deletion too. */
  has(key: string): boolean {
    return this.#sequences.has(key);
  }

  /** The sequence of what a key holds; undefined when it holds nothing. */
  sequenceOf(key: string): number | undefined {
    const sequence = this.#sequences.get(key) ?? 0;
    return sequence > 0 ? sequence : undefined;
  }

  /** Takes note of a revision; one that is older than what is known changes nothing. */
  apply(key: string, sequence: number, deleted: boolean): void {
    const before = this.#sequences.get(key) ?? 0;
    if (Math.abs(before) > sequence) return;
    this.#sequences.set(key, deleted ? -sequence : sequence);
    this.#oldest = Math.min(this.#oldest, sequence);
    if (before > 0 === deleted) this.#change(key, !deleted);
  }

  /** Declares that everything up to a sequence has been applied. */
  reached(sequence: number): void {
    this.#newest = Math.max(this.#newest, sequence);
  }

  /** Forgets what is older than the oldest revision that the bucket still has. */
  dropBefore(first: number): void {
    if (first <= this.#oldest) return;
    this.#oldest = Infinity;
    for (const [key, sequence] of this.#sequences) {
      const age = Math.abs(sequence);
      if (age >= first) {
        this.#oldest = Math.min(this.#oldest, age);
        continue;
      }
      this.#sequences.delete(key);
      if (sequence > 0) this.#change(key, false);
    }
  }

  /** The keys that pass a filter and hold a value, in lexicographic order. */
  select(filter: string): readonly string[] {
    const sorted = this.#inOrder();
    if (filter === ALL_KEYS) return sorted;
    const prefix = literalPrefix(filter);
    const start = firstAtLeast(sorted, prefix);
    const matches = keyMatcher(filter);
    const selected: string[] = [];
    for (let i = start; i < sorted.length; i++) {
      const key = sorted[i] ?? "";
      if (!key.startsWith(prefix)) break;
      if (matches(key)) selected.push(key);
    }
    return selected;
  }

  #change(key: string, live: boolean): void {
    if (this.#sorted !== undefined) this.#changed.set(key, live);
  }

  #inOrder(): readonly string[] {
    if (this.#sorted === undefined) {
      const live = [...this.#sequences].filter(([, sequence]) => sequence > 0);
      this.#sorted = live.map(([key]) => key).sort();
    } else if (this.#changed.size > 0) {
      // Earlier answers keep their own array.
      this.#sorted = withChanges(this.#sorted, this.#changed);
    }
    this.#changed.clear();
    return this.#sorted;
  }
}

function withChanges(
  sorted: readonly string[],
  changed: ReadonlyMap<string, boolean>,
): string[] {
  if (changed.size > MAX_INSERTIONS) {
    const added = [...changed].filter(([, live]) => live).map(([key]) => key).sort();
    // Two runs in order: sorting them is one merge.
    return [...sorted.filter((key) => !changed.has(key)), ...added].sort();
  }
  const copy = sorted.slice();
  for (const [key, live] of changed) {
    const at = firstAtLeast(copy, key);
    const there = copy[at] === key;
    if (live && !there) copy.splice(at, 0, key);
    if (!live && there) copy.splice(at, 1);
  }
  return copy;
}
