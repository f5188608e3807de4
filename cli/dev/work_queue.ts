/** Runs work one piece after the other, and waits at its end for what goes on beside it. */
export class WorkQueue {
  readonly #failed: (error: unknown) => void;
  #tail: Promise<void> = Promise.resolve();
  #beside: Promise<unknown> = Promise.resolve();

  /** @param failed is given what work throws */
  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  /** Runs work behind all that was given before. */
  inOrder(work: () => Promise<void>): void {
    this.#tail = this.#tail.then(work).catch(this.#failed);
  }

  /** Lets work go on beside everything else. */
  inBackground(work: Promise<unknown>): void {
    this.#beside = Promise.all([this.#beside, work.catch(this.#failed)]);
  }

  /** Resolves when nothing goes on in the background. */
  get backgroundEnded(): Promise<unknown> {
    return this.#beside;
  }
}
