/** How many a second came, from the first to the last of them. */
export class Meter {
  /** Resolves when all have come. */
  readonly done: Promise<number>;
  readonly #all: number;
  readonly #resolve: (rate: number) => void;
  #came = 0;
  #started = 0;

  /** @param all how many are to come */
  constructor(all: number) {
    this.#all = all;
    const { promise, resolve } = Promise.withResolvers<number>();
    this.done = promise;
    this.#resolve = resolve;
  }

  /** One has come. */
  count(): void {
    if (this.#came++ === 0) this.#started = performance.now();
    if (this.#came < this.#all) return;
    this.#resolve((this.#all - 1) / (performance.now() - this.#started) * 1000);
  }
}
