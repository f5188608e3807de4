/** So many may be in work at once; who comes when there is no slot waits for one, by class and in order. */
export class Slots {
  readonly #size: number;
  readonly #waiting: { readonly class: number; readonly begin: () => void }[] = [];
  #taken = 0;

  /** @param size from 1 on */
  constructor(size: number) {
    this.#size = size;
  }

  /** Slots that nobody has and nobody waits for. */
  get free(): number {
    return this.#size - this.#taken - this.#waiting.length;
  }

  /** Takes a slot; undefined: at once. Who waits is of class 0 unless said otherwise, which is first. */
  take(priority: number = 0): Promise<void> | undefined {
    if (this.#taken < this.#size) {
      this.#taken++;
      return undefined;
    }
    return new Promise((begin) => {
      const before = this.#waiting.findIndex((other) => other.class > priority);
      const at = before < 0 ? this.#waiting.length : before;
      this.#waiting.splice(at, 0, { class: priority, begin });
    });
  }

  /** Gives a slot back. */
  leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#taken--;
    else next.begin();
  }
}
