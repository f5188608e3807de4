import { FirstAffected } from "./first_affected.ts";
import type { AffectedEntry } from "../changes/impact.ts";
import type { ImpactCount, ScannedRevision } from "./scanned_revision.ts";

/** Decides about one revision by itself. */
export interface RevisionTest {
  /** True when the change concerns this revision. */
  concerns(revision: ScannedRevision): boolean;
  /** What is to be said of one that it concerns. */
  explain?(revision: ScannedRevision): Pick<AffectedEntry, "path" | "problem">;
}

/**
 * Counts the revisions that a test picks out. The newest of each key is its current value, which is
 * known only in the end: this remembers the keys whose newest revision so far was picked out, with
 * some 50 bytes and their length. Where there is one revision of each key it remembers none.
 */
export class ValueTally {
  readonly #test: RevisionTest;
  readonly #concerned: Set<string> | undefined;
  readonly #first = new FirstAffected();
  #revisions = 0;
  #bytes = 0;

  /** @param singleRevisions true when no key can have more than one revision */
  constructor(test: RevisionTest, singleRevisions: boolean) {
    this.#test = test;
    this.#concerned = singleRevisions ? undefined : new Set();
  }

  /** Looks at the next revision. */
  add(revision: ScannedRevision, order: number): void {
    const { key, bytes, writtenAt } = revision;
    if (revision.marker || !this.#test.concerns(revision)) {
      this.#concerned?.delete(key);
      return;
    }
    this.#concerned?.add(key);
    this.#revisions++;
    this.#bytes += bytes;
    if (!this.#first.wants(order, key)) return;
    const createdAt = new Date(writtenAt).toISOString();
    this.#first.take(order, { key, createdAt, ...this.#test.explain?.(revision) });
  }

  /** What was found so far. */
  count(): ImpactCount {
    return {
      values: this.#concerned?.size ?? this.#revisions,
      revisions: this.#revisions,
      bytes: this.#bytes,
      first: this.#first.entries,
    };
  }
}
