import {
  createInbox,
  type Msg,
  type NatsConnection,
  type Subscription,
} from "@nats-io/transport-deno";
import { type ConnectionEvent, watchConnection } from "../connection_events.ts";
import { DeadlineSweep } from "../deadline_sweep.ts";
import { EncodedHeaders } from "../headers/prepared_headers.ts";
import { headerStatus, headerText } from "../headers/received_headers.ts";
import { ReplyTokens } from "../reply_tokens.ts";

/** Why a request to the server has no answer. */
export type LinkFailure =
  /** Not connected all the time; nothing was sent. */
  | { readonly kind: "down" }
  /** The connection is over for good; nothing was sent. */
  | { readonly kind: "closed" }
  /** Sent, then the connection broke: it may have been carried out. */
  | { readonly kind: "lost" }
  /** Sent, and no answer came in time: it may have been carried out. */
  | { readonly kind: "timeout" }
  /** Nobody listens on the subject; nothing was carried out. */
  | { readonly kind: "no_responders" }
  /** The server does not let this connection use the subject; nothing was carried out. */
  | { readonly kind: "forbidden"; readonly subject: string }
  /** More than the server takes in one message; nothing was sent. */
  | { readonly kind: "too_large"; readonly size: number; readonly maximum: number };

/** An answer of the server, or why there is none. */
export type LinkAnswer = { readonly kind: "answer"; readonly msg: Msg } | LinkFailure;

/** A request that waits for its answer. */
interface Pending {
  readonly subject: string;
  readonly deadline: number;
  readonly settle: (answer: LinkAnswer) => void;
}

const links = new WeakMap<NatsConnection, JetStreamRequests>();

/**
 * The requests of all buckets over one connection: one subscription, one map, one timer. It knows
 * whether the connection is up, so that a request either waits for the reconnection or
 * is known not to have been sent.
 */
export class JetStreamRequests {
  /** Everything is sent and subscribed through it. */
  readonly connection: NatsConnection;
  /** Prefix of all reply subjects, which the connection may subscribe to. */
  readonly inboxPrefix: string;
  readonly #inbox: string;
  readonly #tokens = new ReplyTokens();
  readonly #headers = new EncodedHeaders();
  readonly #pending = new Map<string, Pending>();
  readonly #sweep = new DeadlineSweep((now) => this.#expire(now));
  readonly #listeners = new Set<(event: ConnectionEvent) => void>();
  readonly #waiters = new Map<(up: boolean) => void, number>();
  #subscription: Subscription | undefined;
  #up: boolean;

  private constructor(connection: NatsConnection, inboxPrefix: string) {
    this.connection = connection;
    this.inboxPrefix = inboxPrefix;
    this.#inbox = `${createInbox(inboxPrefix)}.`;
    // The library forgets the server's greeting while it has no connection.
    this.#up = connection.info !== undefined && !connection.isClosed();
    watchConnection(connection, (event) => this.#observe(event));
  }

  /** The link of a connection; one for all its buckets. */
  static of(connection: NatsConnection, inboxPrefix: string): JetStreamRequests {
    let link = links.get(connection);
    if (link === undefined) {
      links.set(connection, link = new JetStreamRequests(connection, inboxPrefix));
    }
    return link;
  }

  /** True while the server can be reached, as far as is known. */
  get up(): boolean {
    return this.#up;
  }

  /** Tells `listener` what happens to the connection, until the returned function is called. */
  listen(listener: (event: ConnectionEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves to true when the connection is up, to false when the deadline passes or it is closed. */
  ready(deadline: number): Promise<boolean> {
    if (this.#up) return Promise.resolve(true);
    if (this.connection.isClosed()) return Promise.resolve(false);
    return new Promise((resolve) => {
      this.#waiters.set(resolve, deadline);
      this.#sweep.watch(deadline, performance.now());
    });
  }

  /**
   * Sends a request and waits for its answer until `deadline` (of `performance.now()`); while the
   * connection is down it waits for the reconnection first. Never rejects.
   */
  request(
    subject: string,
    payload: Uint8Array | string,
    deadline: number,
    headers?: Uint8Array,
  ): Promise<LinkAnswer> {
    if (this.#up) return this.#send(subject, payload, deadline, headers);
    return this.ready(deadline).then((up): LinkAnswer | Promise<LinkAnswer> =>
      up
        ? this.#send(subject, payload, deadline, headers)
        : { kind: this.connection.isClosed() ? "closed" : "down" }
    );
  }

  #send(
    subject: string,
    payload: Uint8Array | string,
    deadline: number,
    headers: Uint8Array | undefined,
  ): Promise<LinkAnswer> {
    const size = payload.length + (headers?.length ?? 0);
    const maximum = this.connection.info?.max_payload;
    if (maximum !== undefined && size > maximum) {
      return Promise.resolve({ kind: "too_large", size, maximum });
    }
    const token = this.#tokens.next();
    try {
      this.#subscription ??= this.#subscribe();
      if (headers !== undefined) this.#headers.bytes = headers;
      this.connection.publish(subject, payload, {
        reply: this.#inbox + token,
        headers: headers === undefined ? undefined : this.#headers,
      });
    } catch {
      // Subject and size are right, so the connection is closed or about to be.
      return Promise.resolve({ kind: "closed" });
    }
    return new Promise((settle) => {
      this.#pending.set(token, { subject, deadline, settle });
      this.#sweep.watch(deadline, performance.now());
    });
  }

  #subscribe(): Subscription {
    return this.connection.subscribe(`${this.#inbox}*`, {
      callback: (cause, msg) => {
        if (cause === null) return this.#receive(msg);
        this.#subscription = undefined;
        this.#failAll(() => true, { kind: "forbidden", subject: `${this.#inbox}*` });
      },
    });
  }

  #receive(msg: Msg): void {
    const token = msg.subject.slice(this.#inbox.length);
    const pending = this.#pending.get(token);
    // Without an entry the answer came too late.
    if (pending === undefined) return;
    this.#pending.delete(token);
    const silent = msg.data.length === 0 && headerStatus(headerText(msg)) === 503;
    pending.settle(silent ? { kind: "no_responders" } : { kind: "answer", msg });
  }

  #observe(event: ConnectionEvent): void {
    switch (event.kind) {
      case "disconnected":
        this.#up = false;
        this.#failAll(() => true, { kind: "lost" });
        break;
      case "reconnected":
        this.#up = true;
        this.#wake(true);
        break;
      case "denied": {
        const { subject, operation } = event;
        if (operation === "publish") {
          this.#failAll((pending) => pending.subject === subject, { kind: "forbidden", subject });
        }
        break;
      }
      case "closed":
        this.#up = false;
        this.#failAll(() => true, { kind: "lost" });
        this.#wake(false);
        this.#sweep.stop();
        break;
    }
    for (const listener of [...this.#listeners]) listener(event);
  }

  #failAll(which: (pending: Pending) => boolean, failure: LinkFailure): void {
    for (const [token, pending] of this.#pending) {
      if (!which(pending)) continue;
      this.#pending.delete(token);
      pending.settle(failure);
    }
  }

  #wake(up: boolean): void {
    const waiters = [...this.#waiters.keys()];
    this.#waiters.clear();
    for (const resolve of waiters) resolve(up);
  }

  #expire(now: number): number {
    let next = Infinity;
    for (const [token, { deadline, settle }] of this.#pending) {
      if (deadline <= now) {
        this.#pending.delete(token);
        settle({ kind: "timeout" });
      } else if (deadline < next) next = deadline;
    }
    for (const [resolve, deadline] of this.#waiters) {
      if (deadline <= now) {
        this.#waiters.delete(resolve);
        resolve(false);
      } else if (deadline < next) next = deadline;
    }
    return next;
  }
}
