/** How much of something each session has at the moment. */
export class SessionCounts {
  readonly #counts = new Map<string, number>();

  /** How many a session has. */
  of(session: string): number {
    return this.#counts.get(session) ?? 0;
  }

  /** One more. */
  add(session: string): void {
    this.#counts.set(session, this.of(session) + 1);
  }

  /** One less. */
  remove(session: string): void {
    const left = this.of(session) - 1;
    if (left > 0) this.#counts.set(session, left);
    else this.#counts.delete(session);
  }
}
