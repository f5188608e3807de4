import { pause } from "./pause.ts";

const SHORTEST_MS = 50;
const LONGEST_MS = 1000;

/** The pauses between the attempts of one operation: longer each time, and none beyond its deadline. */
export class Backoff {
  readonly #deadline: number;
  readonly #longestMs: number;
  #pauseMs = SHORTEST_MS;

  /** @param deadline by `performance.now()` @param longestMs the longest pause; 1000 unless given */
  constructor(deadline: number, longestMs: number = LONGEST_MS) {
    this.#deadline = deadline;
    this.#longestMs = longestMs;
  }

  /** True when the operation has no time left. */
  get over(): boolean {
    return performance.now() >= this.#deadline;
  }

  /** Waits before the next attempt; false when there is no time for one, or the signal aborts. */
  async pause(signal?: AbortSignal): Promise<boolean> {
    // Random, so that those who failed together do not come back together.
    const ms = this.#pauseMs * (0.5 + Math.random() / 2);
    this.#pauseMs = Math.min(this.#pauseMs * 2, this.#longestMs);
    if (this.#deadline - performance.now() <= ms) return false;
    return await pause(ms, signal);
  }
}
