import { type Backoff, backoffMs } from "../../reconcile/reconciler/backoff.ts";

const BACKOFF: Backoff = { firstMs: 500, maxMs: 5000 };

/** Repeats what failed and may succeed without any change, at growing intervals. */
export class LaterAttempt {
  readonly #attempt: () => void;
  readonly #signal: AbortSignal;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param attempt what is to be done again; whoever does it says with {@link note} how it went
   * @param signal ends it
   */
  constructor(attempt: () => void, signal: AbortSignal) {
    this.#attempt = attempt;
    this.#signal = signal;
    signal.addEventListener("abort", () => clearTimeout(this.#timer), { once: true });
  }

  /** Says whether it failed: then it is done again. */
  note(failed: boolean): void {
    clearTimeout(this.#timer);
    this.#failures = failed ? this.#failures + 1 : 0;
    if (!failed || this.#signal.aborted) return;
    const wait = backoffMs(this.#failures, Math.random(), BACKOFF);
    this.#timer = setTimeout(this.#attempt, wait);
  }
}
