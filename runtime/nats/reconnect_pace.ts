/** The first pause between two attempts, and the longest, in milliseconds. */
const FIRST_MS = 250;
const LONGEST_MS = 5000;
/** A pause is so much longer than the one before it. */
const GROWTH = 1.5;

/**
 * The pauses between the attempts to connect again: the first attempt is made at once, and the pauses become
 * longer up to a few seconds, so that a server that is gone for long is not kept busy when it comes back.
 */
export class ReconnectPace {
  readonly #longestMs: number;
  readonly #random: () => number;
  #failures = 0;
  #pauseMs: number;

  /** @param longestMs the longest pause; 5000 unless given @param random from 0 to 1 */
  constructor(longestMs: number = LONGEST_MS, random: () => number = Math.random) {
    this.#longestMs = longestMs;
    this.#random = random;
    this.#pauseMs = this.#next();
  }

  /** The pause of this moment; the client library asks for it more than once for each. */
  get pauseMs(): number {
    return this.#pauseMs;
  }

  /** An attempt begins. */
  attempt(): void {
    this.#failures++;
    this.#pauseMs = this.#next();
  }

  /** The last attempt succeeded. */
  succeeded(): void {
    this.#failures = 0;
    this.#pauseMs = this.#next();
  }

  #next(): number {
    // Random, so that those who lost the server together do not come back together.
    const pauseMs = FIRST_MS * GROWTH ** Math.max(0, this.#failures - 1);
    return Math.min(this.#longestMs, pauseMs) * (0.5 + this.#random() / 2);
  }
}
