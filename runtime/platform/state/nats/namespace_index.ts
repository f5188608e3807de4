import { firstAtLeast } from "../../../first_at_least.ts";
import { ALL_KEYS } from "../../../kv/key.ts";
import { KeyIndex } from "../../../kv/key_index.ts";
import type { KeyPage } from "../state_store.ts";

/** What is noted of a revision. */
export interface NotedRevision {
  /** Written key without the namespace. */
  readonly key: string;
  readonly sequence: number;
  readonly deleted: boolean;
  /** Milliseconds since 1970; undefined: never. */
  readonly expiresAt: number | undefined;
}

/** The keys of one namespace that hold something, in order. */
export class NamespaceIndex {
  readonly #keys = new KeyIndex();
  /** Of the keys that expire. */
  readonly #expiring = new Map<string, { readonly sequence: number; readonly at: number }>();
  #nextExpiry = Infinity;

  /** Everything up to this sequence is known. */
  get newest(): number {
    return this.#keys.newest;
  }

  /** Keys that are remembered, deleted ones included. */
  get size(): number {
    return this.#keys.size;
  }

  /** Takes note of a revision; of one key the older first. */
  apply({ key, sequence, deleted, expiresAt }: NotedRevision): void {
    this.#keys.apply(key, sequence, deleted);
    if (deleted || expiresAt === undefined) this.#expiring.delete(key);
    else {
      this.#expiring.set(key, { sequence, at: expiresAt });
      this.#nextExpiry = Math.min(this.#nextExpiry, expiresAt);
    }
  }

  /** Declares that everything up to a sequence has been applied. */
  reached(sequence: number): void {
    this.#keys.reached(sequence);
  }

  /** The keys below a prefix of whole tokens that hold something at a moment, a part of them. */
  page(
    { prefix, offset, limit, now }: {
      readonly prefix: string;
      readonly offset: number;
      readonly limit: number;
      readonly now: number;
    },
  ): KeyPage {
    this.#expire(now);
    const sorted = this.#keys.select(ALL_KEYS);
    const start = firstAtLeast(sorted, prefix);
    // The prefix ends with a dot, and a slash comes right behind it; no written key has one.
    const end = prefix === "" ? sorted.length : firstAtLeast(sorted, `${prefix.slice(0, -1)}/`);
    const from = Math.min(start + offset, end);
    const keys = sorted.slice(from, Math.min(from + limit, end));
    return {
      count: end - start,
      keys: keys.map((key) => ({ key, sequence: this.#keys.sequenceOf(key) ?? 0 })),
    };
  }

  #expire(now: number): void {
    if (now < this.#nextExpiry) return;
    this.#nextExpiry = Infinity;
    for (const [key, { sequence, at }] of this.#expiring) {
      if (at > now) this.#nextExpiry = Math.min(this.#nextExpiry, at);
      else {
        this.#keys.apply(key, sequence, true);
        this.#expiring.delete(key);
      }
    }
  }
}
