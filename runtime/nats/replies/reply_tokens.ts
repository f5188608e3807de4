const DIGITS = "abcdefghijklmnopqrstuvwxyz234567";
const PAIRS = Array.from({ length: 1024 }, (_, i) => `${DIGITS[i >> 5]}${DIGITS[i & 31]}`);
const POOL = 1024;

/**
 * Names for replies: twelve random characters, 60 bits, so that a service cannot guess where another
 * service's reply is awaited, and a counter, so that no two are the same.
 */
export class ReplyTokens {
  readonly #random = new Uint32Array(POOL);
  #left = 0;
  #counter = 0;

  /** The next name: letters and digits. */
  next(): string {
    if (this.#left === 0) {
      crypto.getRandomValues(this.#random);
      this.#left = POOL;
    }
    const first = this.#random[--this.#left] ?? 0;
    const second = this.#random[--this.#left] ?? 0;
    return sixOf(first) + sixOf(second) + (this.#counter++).toString(36);
  }
}

/** Six characters of 30 random bits. */
function sixOf(random: number): string {
  return `${PAIRS[random & 1023]}${PAIRS[(random >>> 10) & 1023]}${PAIRS[random >>> 22]}`;
}
