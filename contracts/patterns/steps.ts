/** The work allowed is used up: nothing more can be proved. */
export class OutOfStepsError extends Error {
  override readonly name = "OutOfStepsError";
}

/** Counts work, so that no schema can make a proof endless. One step takes about a microsecond. */
export class Steps {
  #left: number;

  /** @param budget how many steps may be taken */
  constructor(budget: number) {
    this.#left = budget;
  }

  /** Allows a number of steps from here on, whatever is left. */
  grant(budget: number): void {
    this.#left = budget;
  }

  /**
   * Takes some steps.
   *
   * @throws {OutOfStepsError} when they are used up
   */
  take(count = 1): void {
    this.#left -= count;
    if (this.#left < 0) throw new OutOfStepsError("the budget is used up");
  }
}
