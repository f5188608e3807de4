const SHORTEST_MS = 50;
const LONGEST_MS = 1000;

/** The pauses between the attempts of one operation: longer each time, and none beyond its deadline. */
export class Backoff {
  readonly #deadline: number;
  #pauseMs = SHORTEST_MS;

  /** @param deadline by `performance.now()` */
  constructor(deadline: number) {
    this.#deadline = deadline;
  }

  /** True when the operation has no time left. */
  get over(): boolean {
    return performance.now() >= this.#deadline;
  }

  /** Waits before the next attempt; false when there is no time for one. */
  async pause(): Promise<boolean> {
    // Random, so that those who failed together do not come back together.
    const ms = this.#pauseMs * (0.5 + Math.random() / 2);
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_MS);
    const left = this.#deadline - performance.now();
    if (left <= ms) return false;
    await new Promise((resolve) => setTimeout(resolve, ms));
    return true;
  }
}
