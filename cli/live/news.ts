/** Wakes one who waits for news; what comes meanwhile is one piece of news. */
export class News {
  #waiting = Promise.withResolvers<void>();

  /** @param signal when it is aborted, nobody waits any more */
  constructor(signal: AbortSignal) {
    signal.addEventListener("abort", () => this.tell(), { once: true });
    if (signal.aborted) this.tell();
  }

  /** There is news. */
  tell(): void {
    this.#waiting.resolve();
  }

  /** Resolves when there has been news since the last time, or after a while. */
  async next(patienceMs = 1000): Promise<void> {
    const timer = setTimeout(() => this.tell(), patienceMs);
    await this.#waiting.promise;
    clearTimeout(timer);
    this.#waiting = Promise.withResolvers();
  }
}
