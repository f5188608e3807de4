import type { ServerInfo } from "@nats-io/nats-core";

/** The servers of one connection: those it was told by its program, and by the servers themselves. */
export class ServerPool {
  readonly #given: readonly string[];
  #told: readonly string[] = [];
  #next = 0;
  /** When each was tried last. */
  readonly #tried = new Map<string, number>();

  /** @param given in any order: clients spread over them */
  constructor(given: readonly string[]) {
    this.#given = given.map((server) => ({ server, at: Math.random() }))
      .sort((a, b) => a.at - b.at).map(({ server }) => server);
  }

  /** How many there are. */
  get size(): number {
    return this.#all.length;
  }

  get #all(): readonly string[] {
    return [...new Set([...this.#given, ...this.#told])];
  }

  /** The next one to try, in turns. */
  next(): string {
    const all = this.#all;
    return all[this.#next++ % all.length] ?? "";
  }

  /** The last one has let this connection in: it is tried first when the connection is lost. */
  stay(): void {
    this.#next--;
  }

  /** Takes note of what a server says about the others of its cluster. */
  update({ connect_urls }: ServerInfo, current: string): void {
    if (connect_urls === undefined) return;
    const { protocol } = new URL(current);
    this.#told = connect_urls.map((host) => `${protocol}//${host}`);
  }

  /** Milliseconds until a server may be tried again; 0 for one that was not, and it is tried now. */
  waitFor(server: string, pauseMs: number): number {
    return Math.max(0, (this.#tried.get(server) ?? -Infinity) + pauseMs - performance.now());
  }

  /** It is tried now. */
  tried(server: string): void {
    this.#tried.set(server, performance.now());
  }
}
