/** How much is done at once. */
export interface TurnLimits {
  /** For one session. */
  readonly ofSession: number;
  /** For all of them. */
  readonly together: number;
  /** What one session may have waiting. */
  readonly waiting: number;
}

interface Waiting {
  /** What is being done for the session. */
  running: number;
  readonly next: (() => void)[];
}

/** Does what sessions ask for in turn: whoever asks for much waits for itself, and for nobody else. */
export class SessionTurns {
  readonly #limits: TurnLimits;
  /** In the order in which it is their turn. */
  readonly #sessions = new Map<string, Waiting>();
  #running = 0;

  /** @param limits how much is done at once */
  constructor(limits: TurnLimits) {
    this.#limits = limits;
  }

  /** Does something when it is the session's turn; undefined, and nothing is done, when too much of it waits. */
  async run<T>(session: string, work: () => Promise<T>): Promise<T | undefined> {
    const own = this.#sessions.get(session) ?? { running: 0, next: [] };
    if (own.next.length >= this.#limits.waiting) return undefined;
    this.#sessions.set(session, own);
    await new Promise<void>((resolve) => {
      own.next.push(resolve);
      this.#begin();
    });
    try {
      return await work();
    } finally {
      this.#running--;
      own.running--;
      if (own.running === 0 && own.next.length === 0) this.#sessions.delete(session);
      this.#begin();
    }
  }

  /** Begins with what may be begun with. */
  #begin(): void {
    const { together, ofSession } = this.#limits;
    for (const [session, own] of this.#sessions) {
      if (this.#running >= together) return;
      if (own.running >= ofSession) continue;
      const begin = own.next.shift();
      if (begin === undefined) continue;
      this.#running++;
      own.running++;
      // It is the turn of all others before its next.
      this.#sessions.delete(session);
      this.#sessions.set(session, own);
      begin();
    }
  }
}
