/** What is counted. */
export interface Counts {
  /** Requests that services have seen. */
  readonly requests: number;
  /** Those of them that are not shown. */
  readonly leftOut: number;
  readonly events: number;
  /** Events that came too fast to be shown. */
  readonly missedEvents: number;
  /** Reports that were not what they claim to be, or too many. */
  readonly refused: number;
}

/** Seconds that an average is made of. */
const SECONDS = 5;

const NOTHING: Counts = { requests: 0, leftOut: 0, events: 0, missedEvents: 0, refused: 0 };

/** Counts what happens, in the last seconds. */
export class Traffic {
  readonly #seconds = new Map<number, Counts>();

  /** Counts more of something. */
  count(more: Partial<Counts>, now: number): void {
    const second = Math.floor(now / 1000);
    this.#seconds.set(second, sum(this.#seconds.get(second) ?? NOTHING, more));
    for (const old of this.#seconds.keys()) {
      if (old <= second - SECONDS) this.#seconds.delete(old);
    }
  }

  /** How many there were a second. */
  perSecond(now: number): Counts {
    const first = Math.floor(now / 1000) - SECONDS;
    let all = NOTHING;
    for (const [second, counts] of this.#seconds) if (second > first) all = sum(all, counts);
    const averages = Object.entries(all).map(([name, count]) => [name, count / SECONDS]);
    return { ...NOTHING, ...Object.fromEntries(averages) };
  }
}

function sum(counts: Counts, more: Partial<Counts>): Counts {
  return {
    requests: counts.requests + (more.requests ?? 0),
    leftOut: counts.leftOut + (more.leftOut ?? 0),
    events: counts.events + (more.events ?? 0),
    missedEvents: counts.missedEvents + (more.missedEvents ?? 0),
    refused: counts.refused + (more.refused ?? 0),
  };
}
