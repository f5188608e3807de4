import type { ConnectionEvent } from "../connection_events.ts";
import { headerStatus, headerText } from "../headers/received_headers.ts";
import { Line } from "../line.ts";
import type { Link, WireMessage } from "../link/link.ts";
import { untilUp } from "../until_up.ts";
import { freshToken } from "../session_token.ts";
import { PendingReplies, type PendingReply } from "../replies/pending_replies.ts";

/** Why a request to the server has no answer. */
export type NoAnswer =
  /** Not connected all the time; nothing was sent. */
  | { readonly kind: "down" }
  /** The connection is over for good; nothing was sent. */
  | { readonly kind: "closed" }
  /** Sent, then the connection broke: it may have been carried out. */
  | { readonly kind: "lost" }
  /** Sent, and no answer came in time: it may have been carried out. */
  | { readonly kind: "timeout" }
  /** No process listens on the subject; nothing was carried out. */
  | { readonly kind: "no_responders" }
  /** The server does not let this connection use the subject; nothing was carried out. */
  | { readonly kind: "forbidden"; readonly subject: string }
  /** More than the server takes in one message; nothing was sent. */
  | { readonly kind: "too_large"; readonly size: number; readonly maximum: number };

/** An answer of the server, or why there is none. */
export type RequestAnswer = { readonly kind: "answer"; readonly msg: WireMessage } | NoAnswer;

interface Pending extends PendingReply {
  readonly settle: (answer: RequestAnswer) => void;
}

const known = new WeakMap<Link | Line, JetStreamRequests>();

/**
 * The requests of all buckets over one connection. It knows whether the connection is up, so that a
 * request either waits for the reconnection or is known not to have been sent.
 */
export class JetStreamRequests {
  /** Everything is sent and subscribed through it. */
  readonly line: Line;
  /** Prefix of all reply subjects, which the connection may subscribe to. */
  readonly inboxPrefix: string;
  readonly #replies: PendingReplies<Pending>;
  readonly #listeners = new Set<(event: ConnectionEvent) => void>();

  private constructor(line: Line, inboxPrefix: string) {
    this.line = line;
    this.inboxPrefix = inboxPrefix;
    this.#replies = new PendingReplies(line, `${inboxPrefix}.${freshToken(22)}.`, {
      reply: ({ settle }, msg) => settle(answerOf(msg)),
      expired: ({ settle }) => settle({ kind: "timeout" }),
      inboxDenied: () => {
        this.#settleAll({ kind: "forbidden", subject: `${this.#replies.inbox}*` });
      },
    });
    line.watch((event) => this.#observe(event));
  }

  /** The requests of a connection, or of a line of them; one for all its buckets. */
  static of(connection: Link | Line, inboxPrefix: string): JetStreamRequests {
    let requests = known.get(connection);
    if (requests === undefined) {
      const line = connection instanceof Line ? connection : new Line(connection);
      known.set(connection, requests = new JetStreamRequests(line, inboxPrefix));
    }
    return requests;
  }

  /** True while the server can be reached, as far as is known. */
  get up(): boolean {
    return this.line.up;
  }

  /** Reports to `listener` what happens to the connection, until the returned function is called. */
  listen(listener: (event: ConnectionEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Sends a request and waits for its answer until `deadline` (of `performance.now()`); while the
   * connection is down it waits for the reconnection first. Never rejects.
   */
  async request(
    subject: string,
    payload: Uint8Array | string,
    deadline: number,
    headers?: Uint8Array,
  ): Promise<RequestAnswer> {
    if (this.line.up || await untilUp(this.line, deadline)) {
      return await this.#send(subject, payload, deadline, headers);
    }
    return { kind: this.line.isClosed() ? "closed" : "down" };
  }

  #send(
    subject: string,
    payload: Uint8Array | string,
    deadline: number,
    headers: Uint8Array | undefined,
  ): RequestAnswer | Promise<RequestAnswer> {
    const size = payload.length + (headers?.length ?? 0);
    const maximum = this.line.info?.max_payload;
    if (maximum !== undefined && size > maximum) return { kind: "too_large", size, maximum };
    let token: string;
    try {
      this.#replies.subscribe();
      token = this.#replies.send(subject, payload, headers);
    } catch {
      // Subject and size are right, so the connection is closed or about to be.
      return { kind: "closed" };
    }
    return new Promise((settle) => {
      this.#replies.wait(token, { subject, deadline, settle }, performance.now());
    });
  }

  #observe(event: ConnectionEvent): void {
    switch (event.kind) {
      case "disconnected":
      case "closed":
        this.#settleAll({ kind: "lost" });
        break;
      case "denied": {
        const { subject, operation } = event;
        if (operation === "publish") this.#settleAll({ kind: "forbidden", subject }, subject);
        break;
      }
    }
    for (const listener of [...this.#listeners]) listener(event);
  }

  #settleAll(answer: NoAnswer, subject?: string): void {
    for (const { settle } of this.#replies.takeAll(subject)) settle(answer);
  }
}

function answerOf(msg: WireMessage): RequestAnswer {
  const silent = msg.data.length === 0 && headerStatus(headerText(msg)) === 503;
  return silent ? { kind: "no_responders" } : { kind: "answer", msg };
}
