import type { Wished } from "./wishes.ts";

/** Milliseconds between two reports. */
export const REPORT_MS = 250;

/** How much was left out of what a report tells. */
export interface Sampled {
  /** Requests that arrived. */
  readonly seen: number;
  /** Those that are not kept. */
  readonly leftOut: number;
  /** The part of all traces that could have been kept. */
  readonly share: number;
}

/**
 * Decides which requests are reported: whole traces, by their lots, and never more than is wished. The part of the
 * traces that fits is what would have fitted in the time before.
 */
export class RequestSampler {
  #quota = 0;
  #share = 1;
  #fitting = 1;
  #seen = 0;
  #kept = 0;

  /** Requests that may be reported at once. */
  get quota(): number {
    return this.#quota;
  }

  /** Begins with what is wished now. */
  wish({ perSecond, share }: Wished): void {
    this.#quota = Math.max(1, Math.floor(perSecond * REPORT_MS / 1000));
    this.#share = Math.min(share, this.#fitting);
  }

  /** Whether a request that has arrived is reported; its lot is asked for only where it matters. */
  takes(request: { readonly lot: number }): boolean {
    this.#seen++;
    if (this.#kept >= this.#quota) return false;
    if (this.#share < 1 && request.lot >= this.#share) return false;
    this.#kept++;
    return true;
  }

  /** Ends the time of one report, and answers what came of it. */
  next(): Sampled {
    const [seen, kept] = [this.#seen, this.#kept];
    this.#seen = this.#kept = 0;
    this.#fitting = fittingShare(this.#quota, seen, this.#fitting);
    return { seen, leftOut: seen - kept, share: this.#fitting };
  }
}

/** Less at once, and more by and by: what comes in bursts would not fit again and again. */
function fittingShare(quota: number, seen: number, before: number): number {
  // A little less than fits, because lots are not spread evenly.
  const fits = seen <= quota ? 1 : 0.8 * quota / seen;
  return fits <= before ? fits : Math.min(fits, before * 1.5);
}
