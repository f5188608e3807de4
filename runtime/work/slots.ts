/** So many may be in work at once; who comes when there is no slot waits for one, in order. */
export class Slots {
  readonly #size: number;
  readonly #waiting: (() => void)[] = [];
  #taken = 0;

  /** @param size from 1 on */
  constructor(size: number) {
    this.#size = size;
  }

  /** Slots that nobody has and nobody waits for. */
  get free(): number {
    return this.#size - this.#taken - this.#waiting.length;
  }

  /** Takes a slot; undefined: at once. */
  take(): Promise<void> | undefined {
    if (this.#taken < this.#size) {
      this.#taken++;
      return undefined;
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Gives a slot back. */
  leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#taken--;
    else next();
  }
}
