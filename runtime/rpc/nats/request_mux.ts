import { errors, type Msg, type NatsConnection, type Subscription } from "@nats-io/transport-deno";
import { TransportError } from "../../../contracts/errors/transport_error.ts";
import { err, ok, type Result } from "../../../contracts/result.ts";
import type { Reply, RequestOptions } from "../messaging.ts";
import { inboxPrefix } from "../../nats/connection.ts";
import type { ConnectionEvent } from "../../nats/connection_events.ts";
import { DeadlineSweep } from "../../nats/deadline_sweep.ts";
import { toTransportError } from "../../nats/library_error.ts";
import { SERVICE_ERROR_HEADER } from "../../nats/headers/header_names.ts";
import {
  EncodedHeaders,
  requestHeaderStart,
  requestHeaderText,
} from "../../nats/headers/prepared_headers.ts";
import {
  ABORTED,
  ABORTED_BEFORE,
  CLOSED,
  CLOSED_MEANWHILE,
  DENIED,
  INBOX_DENIED,
  LOST,
  NO_RESPONDERS,
  NOT_TEXT,
  OFFLINE,
  type RequestFailure,
  requestTooLarge,
  timedOut,
} from "./request_failures.ts";
import { headerStatus, headerText, headerValue } from "../../nats/headers/received_headers.ts";
import { ReplyTokens } from "../../nats/reply_tokens.ts";
import { Utf8Slab } from "../../nats/utf8/utf8_slab.ts";
import { decodeUtf8 } from "../../nats/utf8/utf8_text.ts";

type Answer = Result<Reply, TransportError>;

/** A request whose reply has not come yet. */
interface Waiting {
  readonly subject: string;
  readonly deadline: number;
  readonly timeoutMs: number;
  readonly settle: (answer: Answer) => void;
  readonly signal: AbortSignal | undefined;
  readonly onAbort: (() => void) | undefined;
}

/**
 * Sends requests and hands out their replies over one subscription. The client library's own
 * `request` allocates a timer, several promises and a header map each; this one is a Map and one
 * sweep.
 *
 * While the link is down nothing is sent and nothing waits: a request fails at once, so its caller,
 * who knows its deadline and whether it may be repeated, decides.
 */
export class RequestMux {
  readonly #connection: NatsConnection;
  readonly #session: string;
  readonly #inbox: string;
  readonly #headerStart: string;
  readonly #headers = new EncodedHeaders();
  readonly #slab = new Utf8Slab();
  readonly #tokens = new ReplyTokens();
  readonly #waiting = new Map<string, Waiting>();
  readonly #sweep = new DeadlineSweep((now) => this.#expire(now));
  #subscription: Subscription;
  #refusal: RequestFailure | undefined;
  #maxPayload: number;

  /** @param contractDigest goes with every request */
  constructor(connection: NatsConnection, session: string, contractDigest?: string) {
    this.#connection = connection;
    this.#session = session;
    // One level deeper than the inboxes that the client library makes for itself below the same
    // prefix, because those messages would otherwise arrive twice.
    this.#inbox = `${inboxPrefix(session)}.r.`;
    this.#headerStart = requestHeaderStart(contractDigest);
    this.#maxPayload = connection.info?.max_payload ?? 0;
    this.#subscription = this.#subscribe();
  }

  /** Requests that wait for their reply. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Sends a request and waits for its reply; see `Messaging.request`. Throws for what is a bug of
   * the caller: a timeout below 1, a subject with spaces, a request id that is no header value.
   */
  request(subject: string, body: string, options: RequestOptions): Promise<Answer> {
    if (!(options.timeoutMs >= 1)) throw new RangeError("timeoutMs is a number from 1 upwards");
    if (this.#refusal !== undefined) return this.#failed(subject, this.#refusal);
    if (options.signal?.aborted) return this.#failed(subject, ABORTED_BEFORE);
    const data = this.#slab.encode(body);
    const headers = this.#slab.encode(
      requestHeaderText(this.#headerStart, options.requestId, options.traceparent),
    );
    const size = data.length + headers.length;
    if (size > this.#maxPayload) {
      return this.#failed(subject, requestTooLarge(size, this.#maxPayload));
    }
    const token = this.#tokens.next();
    try {
      this.#headers.bytes = headers;
      this.#connection.publish(subject, data, {
        reply: this.#inbox + token,
        headers: this.#headers,
      });
    } catch (cause) {
      return Promise.resolve(err(this.#notSent(subject, cause)));
    }
    return new Promise((settle) => this.#wait(token, subject, options, settle));
  }

  /** Takes note of what happened to the connection. */
  observe(event: ConnectionEvent): void {
    if (this.#refusal === CLOSED) return;
    switch (event.kind) {
      case "disconnected":
        this.#refusal = OFFLINE;
        return this.#failAll(LOST);
      case "reconnected":
        return this.#restore();
      case "denied":
        if (event.operation === "publish") this.#denyPublish(event.subject, event.error);
        return;
      case "closed":
        return this.close();
    }
  }

  /** Fails what is waiting and whatever comes later. */
  close(): void {
    this.#refusal = CLOSED;
    this.#failAll(CLOSED_MEANWHILE);
    this.#sweep.stop();
  }

  #wait(
    token: string,
    subject: string,
    { timeoutMs, signal }: RequestOptions,
    settle: (answer: Answer) => void,
  ): void {
    const onAbort = signal && (() => this.#fail(token, ABORTED));
    const now = performance.now();
    const deadline = now + timeoutMs;
    this.#waiting.set(token, { subject, deadline, timeoutMs, settle, signal, onAbort });
    if (signal && onAbort) signal.addEventListener("abort", onAbort);
    this.#sweep.watch(deadline, now);
  }

  #receive(msg: Msg): void {
    const token = msg.subject.slice(this.#inbox.length);
    const waiting = this.#take(token);
    // Without an entry the reply is late, or a second one.
    if (waiting === undefined) return;
    const headers = headerText(msg);
    if (headerStatus(headers) === 503 && msg.data.length === 0) {
      return waiting.settle(err(this.#error(waiting.subject, NO_RESPONDERS)));
    }
    const text = decodeUtf8(msg.data);
    if (text === undefined) {
      return waiting.settle(err(this.#error(waiting.subject, NOT_TEXT)));
    }
    const isError = headers !== "" && headerValue(headers, SERVICE_ERROR_HEADER) !== undefined;
    waiting.settle(ok({ isError, text }));
  }

  #take(token: string): Waiting | undefined {
    const waiting = this.#waiting.get(token);
    if (waiting === undefined) return undefined;
    this.#waiting.delete(token);
    if (waiting.signal && waiting.onAbort) {
      waiting.signal.removeEventListener("abort", waiting.onAbort);
    }
    return waiting;
  }

  #fail(token: string, failure: RequestFailure): void {
    const waiting = this.#take(token);
    waiting?.settle(err(this.#error(waiting.subject, failure)));
  }

  #failAll(failure: RequestFailure): void {
    for (const token of [...this.#waiting.keys()]) this.#fail(token, failure);
  }

  #expire(now: number): number {
    let next = Infinity;
    for (const [token, { deadline, timeoutMs }] of this.#waiting) {
      if (deadline <= now) this.#fail(token, timedOut(timeoutMs));
      else if (deadline < next) next = deadline;
    }
    return next;
  }

  #denyPublish(subject: string, cause: TransportError): void {
    for (const [token, waiting] of this.#waiting) {
      if (waiting.subject !== subject) continue;
      this.#take(token);
      waiting.settle(err(this.#error(subject, { ...DENIED, cause })));
    }
  }

  #subscribe(): Subscription {
    return this.#connection.subscribe(`${this.#inbox}*`, {
      callback: (cause, msg) => cause === null ? this.#receive(msg) : this.#denyInbox(cause),
    });
  }

  #denyInbox(cause: Error): void {
    const failure = { ...INBOX_DENIED, cause };
    this.#refusal = failure;
    this.#failAll(failure);
  }

  #restore(): void {
    this.#refusal = undefined;
    this.#maxPayload = this.#connection.info?.max_payload ?? this.#maxPayload;
    // The library drops a subscription that was denied; a new login may bring the permission.
    if (this.#subscription.isClosed()) this.#subscription = this.#subscribe();
  }

  #notSent(subject: string, cause: unknown): TransportError {
    if (cause instanceof errors.InvalidSubjectError) throw cause;
    return toTransportError(cause, `request to ${this.#shown(subject)} was not sent`);
  }

  #failed(subject: string, failure: RequestFailure): Promise<Answer> {
    return Promise.resolve(err(this.#error(subject, failure)));
  }

  #error(subject: string, { code, what, hint, cause }: RequestFailure): TransportError {
    const message = `request to ${this.#shown(subject)}: ${what}`;
    return new TransportError({ message, code, hint, cause });
  }

  /** The subject without the session, which is nothing for logs. */
  #shown(subject: string): string {
    const end = `.${this.#session}`;
    return subject.endsWith(end) ? subject.slice(0, -end.length) : subject;
  }
}
