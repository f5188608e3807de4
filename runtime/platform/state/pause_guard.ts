/** How often the clock is looked at, in milliseconds. */
const TICK_MS = 1000;
/**
 * A process that was stopped for longer takes no write from before, in milliseconds. Far less than the server
 * remembers writes: whoever carries one out later than that would do it a second time.
 */
const LONGEST_PAUSE_MS = 20_000;

/** What tells of a pause; the clock is the real one unless given. */
export interface PauseSources {
  /** Resolves when all that was on its way to this process before has arrived. */
  flush(): Promise<void>;
  /** Milliseconds since 1970. */
  now?(): number;
}

/**
 * Tells writes that have waited in a process that was stopped, or with its machine asleep: others have answered
 * them since, or the caller has given up.
 */
export class PauseGuard {
  readonly #flush: PauseSources["flush"];
  readonly #now: () => number;
  readonly #timer: ReturnType<typeof setInterval>;
  #seen: number;
  #isCatchingUp = false;

  /** Watches until {@link stop}. */
  constructor({ flush, now = () => Date.now() }: PauseSources) {
    this.#flush = flush;
    this.#now = now;
    this.#seen = now();
    this.#timer = setInterval(() => this.#look(), TICK_MS);
    Deno.unrefTimer(this.#timer);
  }

  /** True for what arrives behind a long pause, until something has arrived that was sent since. */
  get isLate(): boolean {
    this.#look();
    return this.#isCatchingUp;
  }

  /** Ends the watch. */
  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const before = this.#seen;
    this.#seen = this.#now();
    if (this.#seen - before <= LONGEST_PAUSE_MS || this.#isCatchingUp) return;
    this.#isCatchingUp = true;
    const caughtUp = () => {
      this.#isCatchingUp = false;
    };
    // Without a connection nothing from before can arrive any more.
    this.#flush().then(caughtUp, caughtUp);
  }
}
