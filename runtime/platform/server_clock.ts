/**
 * The time as the server has it, by which sessions end: it closes connections by its own clock, and this
 * machine's may be an hour off. Until the server has been heard, this machine's clock counts.
 */
export class ServerClock {
  readonly #here: () => number;
  /** How far the server is ahead, in milliseconds. */
  #ahead = 0;

  /** @param here milliseconds since 1970, by the clock of this machine */
  constructor(here: () => number = Date.now) {
    this.#here = here;
  }

  /**
   * Notes what the server has said that the time is.
   *
   * @param seconds since 1970
   */
  heard(seconds: number): void {
    this.#ahead = seconds * 1000 - this.#here();
  }

  /** Milliseconds since 1970, never behind what was heard last. */
  now(): number {
    return this.#here() + this.#ahead;
  }
}
