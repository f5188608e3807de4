import { FirstAffected } from "./first_affected.ts";
import type { ImpactCount, ScannedRevision } from "./scanned_revision.ts";

/** What is known of one key: the sizes of its newest revisions, and where its first value stands. */
interface KeyHistory {
  /** A ring; markers of deletions, which take a place as well, and free places as -1. */
  readonly sizes: number[];
  /** Place of the oldest size, which the next takes. */
  oldest: number;
  /** Order and time of the oldest revision that is not a marker; -1 until there is one. */
  firstOrder: number;
  firstWrittenAt: number;
}

const MARKER = -1;

/**
 * Counts what a smaller history drops: of each key everything but the newest `keep` messages, markers
 * of deletions included. A revision is known to be lost when `keep` newer ones have come, so this
 * remembers each key: some 200 bytes and its length, and 8 for each revision to be kept.
 */
export class HistoryTally {
  readonly #keep: number;
  readonly #keys = new Map<string, KeyHistory>();
  readonly #first = new FirstAffected();
  #revisions = 0;
  #bytes = 0;

  /** @param keep revisions that stay of each key, at least 1 */
  constructor(keep: number) {
    this.#keep = keep;
  }

  /** Looks at the next revision. */
  add(revision: ScannedRevision, order: number): void {
    const { key, bytes, marker, writtenAt } = revision;
    let history = this.#keys.get(key);
    if (history === undefined) {
      const sizes = new Array<number>(this.#keep).fill(MARKER);
      history = { sizes, oldest: 0, firstOrder: -1, firstWrittenAt: -1 };
      this.#keys.set(key, history);
    }
    if (!marker && history.firstOrder < 0) {
      history.firstOrder = order;
      history.firstWrittenAt = writtenAt;
    }
    const { sizes, oldest } = history;
    const dropped = sizes[oldest] ?? MARKER;
    sizes[oldest] = marker ? MARKER : bytes;
    history.oldest = (oldest + 1) % this.#keep;
    if (dropped !== MARKER) this.#count(key, history, dropped);
  }

  /** What was found so far. No current value is ever among it. */
  count(): ImpactCount {
    const { entries } = this.#first;
    return { values: 0, revisions: this.#revisions, bytes: this.#bytes, first: entries };
  }

  #count(key: string, { firstOrder, firstWrittenAt }: KeyHistory, bytes: number): void {
    this.#revisions++;
    this.#bytes += bytes;
    if (!this.#first.wants(firstOrder, key)) return;
    const createdAt = new Date(firstWrittenAt).toISOString();
    this.#first.take(firstOrder, { key, createdAt });
  }
}
