import type { ServerInfo } from "@nats-io/nats-core";
import type { TransportError } from "../../contracts/errors/transport_error.ts";
import type { Result } from "../../contracts/result.ts";
import { type ConnectionEvent, watchConnection } from "./connection_events.ts";
import { doneWithin } from "./done_within.ts";
import { EncodedHeaders } from "./headers/prepared_headers.ts";
import { LineSubscription } from "./line_subscription.ts";
import { deferred } from "./link/deferred.ts";
import type { Link, LinkSubscription, SendOptions, SubscribeOptions } from "./link/link.ts";
import { reportUncaught } from "./report_uncaught.ts";

/** How long the server may take to say that it knows what was sent, in milliseconds. */
const FLUSH_MS = 2000;
/** How long a connection that was replaced stays open for what is bound to it, in milliseconds. */
const RETIRE_MS = 10_000;

/** Opens a connection like the one before, with the same key. */
export type OpenNext = () => Promise<Result<Link, TransportError>>;

/**
 * The current connection of a participant, which is replaced while requests are on their way: the next one
 * subscribes the same subjects before the one before is left. Replies come to subjects, not to connections,
 * so what was asked over one is answered over the other, and nothing is lost.
 */
export class Line {
  readonly #open: OpenNext | undefined;
  readonly #subscriptions = new Set<LineSubscription>();
  readonly #pinned = new WeakMap<Link, Set<LinkSubscription>>();
  readonly #retiring = new Map<Link, Promise<void>>();
  readonly #listeners = new Set<(event: ConnectionEvent) => void>();
  readonly #closed = deferred<TransportError | undefined>();
  #connection: Link;
  #up: boolean;
  #over = false;
  #reason: TransportError | undefined;
  /** What is published while the server is asked whether it has all that came before. */
  #held: (() => void)[] | undefined;
  #released = deferred<void>();
  #renewing: Promise<boolean> | undefined;
  #waiting: Promise<boolean> | undefined;

  /** @param open opens the next connection; a line without it stays on the one it has */
  constructor(connection: Link, open?: OpenNext) {
    this.#connection = connection;
    this.#open = open;
    // The library forgets the server's greeting while it has no connection.
    this.#up = connection.info !== undefined && !connection.isClosed();
    this.#watch(connection);
  }

  /** The connection of this moment; whoever keeps it is left behind by {@link renew}. */
  get connection(): Link {
    return this.#connection;
  }

  /** What the server has said about itself; undefined while there is no connection. */
  get info(): ServerInfo | undefined {
    return this.#connection.info;
  }

  /** True while the server can be reached, as far as is known. */
  get up(): boolean {
    return this.#up;
  }

  /** True when it is over for good. */
  isClosed(): boolean {
    return this.#over || this.#connection.isClosed();
  }

  /** Resolves when it is over for good, with the reason if it was not asked for. */
  closed(): Promise<TransportError | undefined> {
    return this.#closed.promise;
  }

  /** Reports what happens to the connection of the moment, until the returned function is called. */
  watch(listener: (event: ConnectionEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Publishes, in order also over a renewal. Throws what the library throws. */
  publish(subject: string, payload?: Uint8Array | string, options?: SendOptions): void {
    if (this.#held === undefined) this.#connection.publish(subject, payload, options);
    else this.#held.push(this.#kept(subject, payload, options));
  }

  /** Subscribes on the connection of the moment and on those that follow. */
  subscribe(subject: string, options: SubscribeOptions): LineSubscription {
    const subscription = new LineSubscription(
      this.#connection,
      subject,
      options,
      (ended) => this.#subscriptions.delete(ended),
    );
    this.#subscriptions.add(subscription);
    return subscription;
  }

  /**
   * Subscribes on the connection of the moment alone. When that is replaced, it stays open until all that is
   * pinned to it has ended, or for ten seconds.
   */
  pin(subject: string, callback: SubscribeOptions["callback"]): LinkSubscription {
    const connection = this.#connection;
    const subscription = connection.subscribe(subject, { callback });
    const pinned = this.#pinned.get(connection) ?? new Set();
    this.#pinned.set(connection, pinned.add(subscription));
    subscription.closed.then(() => pinned.delete(subscription));
    return subscription;
  }

  /** Resolves when the server has all that was published. */
  async flush(): Promise<void> {
    if (this.#held !== undefined) await this.#released.promise;
    await this.#connection.flush();
  }

  /**
   * Replaces the connection by one that is let in from now on. False when there is none, and nothing was
   * done. Never rejects.
   */
  renew(): Promise<boolean> {
    // One that has begun already may have been let in by what counted before.
    return this.#waiting ??= (this.#renewing ?? Promise.resolve()).then(() => {
      this.#waiting = undefined;
      return this.#renewing = this.#renew();
    });
  }

  /**
   * Ends it.
   *
   * @param reason why, where it was not asked for
   */
  async close(reason?: TransportError): Promise<void> {
    this.#over = true;
    this.#reason ??= reason;
    await this.#connection.close();
    await this.#renewing;
    await Promise.all([...this.#retiring].map(async ([connection, retired]) => {
      await connection.close();
      await retired;
    }));
  }

  async #renew(): Promise<boolean> {
    if (this.#open === undefined || this.#over) return false;
    const opened = await this.#open();
    if (opened.isErr()) return false;
    const next = opened.orThrow();
    if (await this.#begin(next) && await this.#settle(next)) {
      this.#move(next);
      return true;
    }
    this.#release();
    for (const subscription of this.#subscriptions) subscription.stay();
    await next.close();
    return false;
  }

  /** Has the next connection subscribe all, so that the server knows. */
  async #begin(next: Link): Promise<boolean> {
    this.#watch(next);
    for (const subscription of this.#subscriptions) {
      if (subscription.isClosed()) this.#subscriptions.delete(subscription);
      else subscription.begin(next);
    }
    return await doneWithin(next.flush(), FLUSH_MS) && !this.#over;
  }

  /** What was published before reaches the server before what comes over the next connection. */
  async #settle(next: Link): Promise<boolean> {
    this.#held = [];
    if (this.#up) await doneWithin(this.#connection.flush(), FLUSH_MS);
    // A connection that is lost has no greeting.
    return !this.#over && next.info !== undefined;
  }

  #move(next: Link): void {
    const before = this.#connection;
    const wasUp = this.#up;
    this.#connection = next;
    this.#up = true;
    const left = [...this.#subscriptions].map((subscription) => subscription.move(next));
    this.#release();
    const retired = this.#retire(before, wasUp ? left : [])
      .finally(() => this.#retiring.delete(before));
    this.#retiring.set(before, retired);
    this.#tell({ kind: wasUp ? "renewed" : "reconnected", server: next.getServer() });
  }

  #release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const publish of held) publish();
    this.#released.resolve();
    this.#released = deferred();
  }

  async #retire(before: Link, left: readonly LinkSubscription[]): Promise<void> {
    const ended = async () => {
      // What was subscribed while the next connection was prepared is known there first.
      await this.#connection.flush().catch(() => {});
      const open = left.filter((subscription) => !subscription.isClosed());
      await Promise.allSettled(open.map((subscription) => subscription.drain()));
      const pinned = this.#pinned.get(before) ?? [];
      await Promise.all([...pinned].map(({ closed }) => closed));
    };
    await doneWithin(Promise.race([ended(), before.closed()]), RETIRE_MS);
    await before.close();
  }

  /** The object that holds the headers is used again for the next message. */
  #kept(subject: string, payload?: Uint8Array | string, options?: SendOptions): () => void {
    const headers = options?.headers instanceof EncodedHeaders
      ? options.headers.copy()
      : options?.headers;
    const copied = options && { ...options, ...(headers === undefined ? {} : { headers }) };
    return () => {
      try {
        this.#connection.publish(subject, payload, copied);
      } catch (cause) {
        // A connection that has closed meanwhile is reported with its events.
        if (!this.isClosed()) reportUncaught(cause);
      }
    };
  }

  #watch(connection: Link): void {
    watchConnection(connection, (event) => this.#observe(connection, event));
  }

  #observe(connection: Link, event: ConnectionEvent): void {
    const { kind } = event;
    const isCurrent = connection === this.#connection;
    // What is wrong with a subject, and the wish that the client move, count on every connection.
    if (!isCurrent && kind !== "denied" && kind !== "server_stopping") return;
    if (kind === "disconnected" || kind === "closed") this.#up = false;
    if (kind === "reconnected") this.#up = true;
    if (kind !== "closed") return this.#tell(event);
    this.#over = true;
    const error = this.#reason ?? event.error;
    this.#closed.resolve(error);
    this.#tell({ kind, error });
  }

  #tell(event: ConnectionEvent): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(event);
      } catch (cause) {
        reportUncaught(cause);
      }
    }
  }
}
