import { FIRST_LIMIT } from "./first_affected.ts";
import { HistoryTally } from "./history_tally.ts";
import type { ImpactCount, ScannedRevision } from "./scanned_revision.ts";
import { type RevisionTest, ValueTally } from "./value_tally.ts";

/** Counts what is lost when history and life become shorter at once; nothing is counted twice. */
export class RetentionTally {
  readonly #isExpired: RevisionTest["concerns"];
  readonly #expired: ValueTally;
  readonly #superseded: HistoryTally;

  /** @param expired picks out what has outlived the new life */
  constructor(keep: number, expired: RevisionTest, singleRevisions: boolean) {
    this.#isExpired = expired.concerns;
    this.#expired = new ValueTally(expired, singleRevisions);
    this.#superseded = new HistoryTally(keep);
  }

  /** Looks at the next revision. */
  add(revision: ScannedRevision, order: number): void {
    this.#expired.add(revision, order);
    // What has expired takes its place in the history, but is not lost once more.
    const counted = revision.marker || this.#isExpired(revision);
    this.#superseded.add(counted ? { ...revision, marker: true } : revision, order);
  }

  /** What was found so far. */
  count(): ImpactCount {
    const expired = this.#expired.count();
    const superseded = this.#superseded.count();
    const keys = new Set(expired.first.map(({ key }) => key));
    // All that has expired is older than all that has not.
    const later = superseded.first.filter(({ key }) => !keys.has(key));
    return {
      values: expired.values,
      revisions: expired.revisions + superseded.revisions,
      bytes: expired.bytes + superseded.bytes,
      first: [...expired.first, ...later].slice(0, FIRST_LIMIT),
    };
  }
}
