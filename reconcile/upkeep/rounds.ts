import { inParallel } from "../authority/in_parallel.ts";
import { pauseAfter } from "./pause_after.ts";

/** What is looked at in rounds. */
export interface RoundsOptions {
  /** Names of all that there is at that moment. */
  readonly names: () => readonly string[];
  /** Looks at one; does not reject. */
  readonly look: (name: string) => Promise<void>;
  /** Milliseconds between two rounds that take little. */
  readonly intervalMs: number;
  readonly signal: AbortSignal;
}

/** Looked at at once: whoever asks for something meanwhile does not wait behind all of them. */
const LANES = 4;
/** At most one part of so many of the time is spent on looking: of ten thousand, one round takes minutes. */
const SHARE = 10;
const LONGEST_PAUSE_MS = 30 * 60_000;

/** Looks at everything again and again, a few at once, and the less often the longer a round takes. */
export class Rounds {
  readonly #options: RoundsOptions;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isRunning = false;
  #isAskedFor = false;

  /** The first round begins after the interval, or when it is asked for. */
  constructor(options: RoundsOptions) {
    this.#options = options;
    this.#begin(options.intervalMs);
  }

  /** Begins a round now; where one is under way, another one behind it. */
  now(): void {
    this.#isAskedFor = true;
    if (!this.#isRunning) this.#begin(0);
  }

  /** Begins no more; the signal is aborted by then. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  #begin(inMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#run(), inMs);
  }

  async #run(): Promise<void> {
    const { names, look, intervalMs, signal } = this.#options;
    this.#isRunning = true;
    this.#isAskedFor = false;
    const started = performance.now();
    await inParallel(names(), LANES, async (name) => {
      if (!signal.aborted) await look(name);
    });
    this.#isRunning = false;
    if (signal.aborted) return;
    const pace = { intervalMs, share: SHARE, longestMs: LONGEST_PAUSE_MS };
    this.#begin(this.#isAskedFor ? 0 : pauseAfter(performance.now() - started, pace));
  }
}
