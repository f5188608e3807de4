import type { FeedItem } from "../../../mod.ts";
import { until } from "../until.ts";

type Readings = AsyncIterable<FeedItem<{ readonly n: number; readonly text?: string }>>;

/** A loop in the background: what it has taken, whether in order, and where there may be gaps. */
export class Reading {
  /** The number that came last. */
  last = 0;
  /** Numbers that did not follow those before them. */
  readonly jumps: number[] = [];
  /** Numbers before which some may be missing. */
  readonly gaps: number[] = [];
  /** All that was said beside the numbers. */
  readonly texts = new Set<string | undefined>();
  /** Resolves with the loop. */
  readonly ended: Promise<void>;

  /** Begins. */
  constructor(feed: Readings) {
    this.ended = this.#read(feed);
  }

  /** Waits until some more have come. */
  async goesOn(more = 50, deadlineMs?: number): Promise<void> {
    const target = this.last + more;
    await until(() => this.last >= target, `${more} more after ${this.last}`, deadlineMs);
  }

  async #read(feed: Readings): Promise<void> {
    for await (const { value, gap } of feed) {
      if (value.n !== this.last + 1) this.jumps.push(value.n);
      if (gap) this.gaps.push(value.n);
      this.last = value.n;
      this.texts.add(value.text);
    }
  }
}
