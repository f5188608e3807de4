import { deferred } from "../link/deferred.ts";
import type { LinkSubscription, SubscribeOptions, WireMessage } from "../link/link.ts";
import type { Arrived } from "./protocol_reader.ts";

/** What a subscription asks of its connection. */
export interface SubscriptionLink {
  /** Tells the server that no further message is wanted. */
  unsubscribe(sid: number): void;
  flush(): Promise<void>;
  /** It is over. */
  forget(sid: number): void;
}

/** What comes with the word that a subscription is not allowed. */
const NOTHING: WireMessage = { subject: "", data: new Uint8Array() };

/** A subscription over WebSocket; it outlives the socket. */
export class SocketSubscription implements LinkSubscription {
  readonly #link: SubscriptionLink;
  readonly #sid: number;
  readonly #subject: string;
  readonly #options: SubscribeOptions;
  readonly #closed = deferred<void | Error>();
  #isClosed = false;
  #draining: Promise<void> | undefined;

  /** @param sid its number on the connection */
  constructor(link: SubscriptionLink, sid: number, subject: string, options: SubscribeOptions) {
    this.#link = link;
    this.#sid = sid;
    this.#subject = subject;
    this.#options = options;
  }

  /** Resolves when no further message comes. */
  get closed(): Promise<void | Error> {
    return this.#closed.promise;
  }

  /** What tells a server about it. */
  get command(): string {
    const { queue } = this.#options;
    const words = ["SUB", this.#subject, ...(queue === undefined ? [] : [queue]), this.#sid];
    return `${words.join(" ")}\r\n`;
  }

  /** True for what a server says that it does not allow. */
  is(subject: string, queue: string | undefined): boolean {
    return this.#subject === subject && this.#options.queue === queue;
  }

  /** True when no further message comes. */
  isClosed(): boolean {
    return this.#isClosed;
  }

  /** Takes no message any more. */
  unsubscribe(): void {
    if (this.#isClosed) return;
    this.#link.unsubscribe(this.#sid);
    this.end();
  }

  /** Takes what is on its way, and no further message. */
  drain(): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    return this.#draining ??= this.#drain();
  }

  /** A message has come. */
  receive({ subject, reply, data, headers }: Arrived): void {
    if (!this.#isClosed) {
      this.#options.callback(null, { subject, reply, data, headerBytes: headers });
    }
  }

  /** The server does not allow it. */
  deny(cause: Error): void {
    this.end(cause);
    this.#options.callback(cause, NOTHING);
  }

  /** It is over. */
  end(cause?: Error): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#link.forget(this.#sid);
    this.#closed.resolve(cause);
  }

  async #drain(): Promise<void> {
    this.#link.unsubscribe(this.#sid);
    // A connection that is lost meanwhile brings nothing more either.
    await this.#link.flush().catch(() => {});
    this.end();
  }
}
