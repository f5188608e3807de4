import { unrefTimer } from "./unref_timer.ts";

/** What a wait answers when nothing was heard for a while. */
export const SILENT: unique symbol = Symbol("silent");

/**
 * Notices that nothing is heard any more while something is waited for, one thing at a time: many requests are under
 * way, and each answer says that the others are still worth waiting for.
 */
export class Silence implements Disposable {
  readonly #ms: number;
  #heardAt = -Infinity;
  #wake: (() => void) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param ms how long nothing may be heard */
  constructor(ms: number) {
    this.#ms = ms;
  }

  /** Something was heard. */
  heard(): void {
    this.#heardAt = performance.now();
  }

  /** What `work` settles to; {@link SILENT} when nothing is heard for too long. */
  wait<T>(work: Promise<T>): Promise<T | typeof SILENT> {
    this.heard();
    return new Promise((resolve, reject) => {
      this.#wake = () => resolve(SILENT);
      work.then(resolve, reject);
      // One timer for many short waits: it looks again when it fires.
      if (this.#timer === undefined) this.#watch(this.#ms);
    });
  }

  /** Releases the timer. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #watch(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const left = this.#heardAt + this.#ms - performance.now();
      if (left > 0) this.#watch(left);
      else this.#wake?.();
    }, Math.max(1, ms));
    unrefTimer(this.#timer);
  }
}
