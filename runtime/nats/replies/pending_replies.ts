import { DeadlineSweep } from "../deadline_sweep.ts";
import { FleetingMap } from "../fleeting_map.ts";
import { EncodedHeaders } from "../headers/prepared_headers.ts";
import type { Line } from "../line.ts";
import type { LineSubscription } from "../line_subscription.ts";
import type { WireMessage } from "../link/link.ts";
import { ReplyTokens } from "./reply_tokens.ts";

/** A request whose reply has not come yet. */
export interface PendingReply {
  /** Where the request went. */
  readonly subject: string;
  /** When waiting ends, by `performance.now()`. */
  readonly deadline: number;
}

/** What happens to a pending reply; each is over with the one call that it gets. */
export interface PendingReplyHandlers<P extends PendingReply> {
  /** The reply came. */
  reply(pending: P, msg: WireMessage): void;
  /** The deadline came first. */
  expired(pending: P): void;
  /** The server does not let this connection receive replies. */
  inboxDenied(cause: Error): void;
}

/**
 * Sends requests and hands out their replies over one subscription. The client library's own
 * `request` allocates a timer, several promises and a header map for each; this is one map and one
 * timer for all.
 */
export class PendingReplies<P extends PendingReply> {
  /** All replies come to subjects that begin with it. */
  readonly inbox: string;
  readonly #line: Line;
  readonly #handlers: PendingReplyHandlers<P>;
  readonly #headers = new EncodedHeaders();
  readonly #tokens = new ReplyTokens();
  readonly #pending = new FleetingMap<string, P>();
  readonly #sweep = new DeadlineSweep((now) => this.#expire(now));
  #subscription: LineSubscription | undefined;

  /** @param inbox ends with a dot; the line may subscribe to what follows */
  constructor(line: Line, inbox: string, handlers: PendingReplyHandlers<P>) {
    this.#line = line;
    this.inbox = inbox;
    this.#handlers = handlers;
  }

  /** Requests that wait for their reply. */
  get size(): number {
    return this.#pending.size;
  }

  /** Subscribes to the replies unless that is done; throws when the connection is closed. */
  subscribe(): void {
    // The library drops a subscription that was denied; a new login may bring the permission.
    if (this.#subscription?.isClosed() === false) return;
    this.#subscription = this.#line.subscribe(`${this.inbox}*`, {
      callback: (cause, msg) => {
        if (cause === null) return this.#receive(msg);
        this.#subscription = undefined;
        this.#handlers.inboxDenied(cause);
      },
    });
  }

  /**
   * Publishes a request and returns the token that its reply will carry, to be given to
   * {@link wait}. Throws what the library throws, as when the connection is closed.
   */
  send(subject: string, payload: Uint8Array | string, headers: Uint8Array | undefined): string {
    const token = this.#tokens.next();
    if (headers !== undefined) this.#headers.bytes = headers;
    this.#line.publish(subject, payload, {
      reply: this.inbox + token,
      headers: headers === undefined ? undefined : this.#headers,
    });
    return token;
  }

  /** Waits for the reply with this token. */
  wait(token: string, pending: P, now: number): void {
    this.#pending.set(token, pending);
    this.#sweep.watch(pending.deadline, now);
  }

  /** Ends the wait for one reply; undefined when it is over already. */
  take(token: string): P | undefined {
    const pending = this.#pending.get(token);
    if (pending !== undefined) this.#pending.delete(token);
    return pending;
  }

  /** Ends the wait for all replies, or for those of one subject. */
  takeAll(subject?: string): readonly P[] {
    const taken: P[] = [];
    for (const [token, pending] of this.#pending.entries()) {
      if (subject !== undefined && pending.subject !== subject) continue;
      this.#pending.delete(token);
      taken.push(pending);
    }
    if (this.#pending.size === 0) this.#sweep.stop();
    return taken;
  }

  #receive(msg: WireMessage): void {
    const pending = this.take(msg.subject.slice(this.inbox.length));
    // Otherwise the reply is late, or a second one.
    if (pending !== undefined) this.#handlers.reply(pending, msg);
  }

  #expire(now: number): number {
    let next = Infinity;
    for (const [token, pending] of this.#pending.entries()) {
      if (pending.deadline <= now) {
        this.#pending.delete(token);
        this.#handlers.expired(pending);
      } else if (pending.deadline < next) next = pending.deadline;
    }
    return next;
  }
}
