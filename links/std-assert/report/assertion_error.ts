/** Thrown by every assertion that does not hold. */
export class AssertionError extends Error {
  /** `message` says what was expected and what was found. */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AssertionError";
  }
}
