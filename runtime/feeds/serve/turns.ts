import { setImmediate } from "node:timers";

/** Turns of the event loop: whatever is ready at the same moment is done in the same one. */
export class Turns {
  #count = 0;
  #isOn = false;
  #atEnd: (() => void)[] = [];

  /** Tells this turn from all others; never 0. */
  get current(): number {
    if (!this.#isOn) {
      this.#isOn = true;
      this.#count++;
      setImmediate(() => this.#end());
    }
    return this.#count;
  }

  /** Has something done when the current turn ends. */
  atEnd(run: () => void): void {
    this.#atEnd.push(run);
  }

  #end(): void {
    this.#isOn = false;
    const runs = this.#atEnd;
    this.#atEnd = [];
    for (const run of runs) run();
  }
}
