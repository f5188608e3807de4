import { unrefTimer } from "./unref_timer.ts";
/** Sweeps are at least this far apart, in milliseconds, so that many deadlines share one. */
const CLOSEST_MS = 5;
/** The longest that a timer can wait; a later deadline takes several sweeps. */
export const LONGEST_TIMER_MS: number = 2 ** 31 - 1;

/**
 * One timer for any number of deadlines: a timer per request costs a fifth of the throughput. It
 * runs while something has a deadline, and does not keep the process alive. Times are those of
 * `performance.now()`.
 */
export class DeadlineSweep {
  readonly #sweep: (now: number) => number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #next = Infinity;

  /** @param sweep ends what is due and returns the next deadline, Infinity when there is none */
  constructor(sweep: (now: number) => number) {
    this.#sweep = sweep;
  }

  /** Makes sure that a sweep comes soon after `deadline`. */
  watch(deadline: number, now: number): void {
    if (deadline >= this.#next) return;
    this.stop();
    this.#next = deadline;
    const wait = Math.min(Math.max(deadline - now, CLOSEST_MS), LONGEST_TIMER_MS);
    const timer = setTimeout(() => this.#run(), wait);
    unrefTimer(timer);
    this.#timer = timer;
  }

  /** Forgets all deadlines. */
  stop(): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#next = Infinity;
  }

  #run(): void {
    this.#timer = undefined;
    this.#next = Infinity;
    const now = performance.now();
    this.watch(this.#sweep(now), now);
  }
}
