import type { Status } from "@nats-io/nats-core";
import { mayBeClustered } from "./link/js_domain.ts";
import { reportUncaught } from "./report_uncaught.ts";

/** What {@link ConnectionGate} needs of a connection. */
export interface Connection {
  isClosed(): boolean;
  closed(): Promise<unknown>;
  status(): AsyncIterable<Status>;
  readonly info?: { readonly max_payload: number; readonly cluster?: string } | undefined;
}

/** The link to the server is gone: it is not known whether the request was carried out. */
export class ConnectionDownError extends Error {
  /** Recognised across module instances. */
  override readonly name = "LinkDownError";
}

/** Knows whether a connection is up, so that no caller waits for an answer that cannot come. */
export class ConnectionGate {
  readonly #connection: Connection;
  readonly #waiting = new Set<(error: ConnectionDownError) => void>();
  #down: ConnectionDownError | undefined;

  /** @param connection watched until it is closed */
  constructor(connection: Connection) {
    this.#connection = connection;
    this.#watch().catch(reportUncaught);
  }

  /** Largest message that the server takes, in bytes. */
  get maxPayload(): number {
    return this.#connection.info?.max_payload ?? 1024 * 1024;
  }

  /** Whether the server belongs to a cluster, as far as is known. */
  get isClustered(): boolean {
    return mayBeClustered(this.#connection);
  }

  /** Does work that needs the server; rejects at once while the link is down, and when it breaks. */
  async use<T>(work: () => Promise<T>): Promise<T> {
    if (this.#connection.isClosed()) throw new ConnectionDownError("the connection is closed");
    if (this.#down !== undefined) throw this.#down;
    const broken = Promise.withResolvers<never>();
    this.#waiting.add(broken.reject);
    try {
      return await Promise.race([work(), broken.promise]);
    } finally {
      this.#waiting.delete(broken.reject);
    }
  }

  async #watch(): Promise<void> {
    const ended = this.#connection.closed().then(() => this.#break("the connection is closed"));
    for await (const { type } of this.#connection.status()) {
      if (type === "disconnect") this.#break("the connection to the server is lost");
      else if (type === "reconnect") this.#down = undefined;
    }
    await ended;
  }

  #break(reason: string): void {
    this.#down = new ConnectionDownError(reason);
    for (const reject of this.#waiting) reject(this.#down);
    this.#waiting.clear();
  }
}
