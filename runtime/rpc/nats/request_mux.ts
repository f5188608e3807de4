import { TransportError } from "../../../contracts/errors/transport_error.ts";
import { err, ok, type Result } from "../../../contracts/result.ts";
import type { Reply, RequestOptions } from "../messaging.ts";
import type { ConnectionEvent } from "../../nats/connection_events.ts";
import { isLibraryError, toTransportError } from "../../nats/library_error.ts";
import type { Line } from "../../nats/line.ts";
import type { WireMessage } from "../../nats/link/link.ts";
import { SERVICE_ERROR_HEADER } from "../../nats/headers/header_names.ts";
import { requestHeaderStart, requestHeaderText } from "../../nats/headers/prepared_headers.ts";
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
  notSentBecause,
  OFFLINE,
  type RequestFailure,
  requestTooLarge,
  stillOffline,
  timedOut,
} from "./request_failures.ts";
import { headerStatus, headerText, headerValue } from "../../nats/headers/received_headers.ts";
import { PendingReplies, type PendingReply } from "../../nats/replies/pending_replies.ts";
import { untilUp } from "../../nats/until_up.ts";
import { Utf8Slab } from "../../nats/utf8/utf8_slab.ts";
import { decodeUtf8 } from "../../nats/utf8/utf8_text.ts";

type Answer = Result<Reply, TransportError>;

/** A request whose reply has not come yet. */
interface Pending extends PendingReply {
  readonly timeoutMs: number;
  readonly settle: (answer: Answer) => void;
  readonly signal: AbortSignal | undefined;
  readonly onAbort: (() => void) | undefined;
}

/**
 * The requests of one participant. While the connection is down nothing is sent, and what was sent fails. A
 * request that is made then fails at once, or waits for the connection, as its caller chose.
 */
export class RequestMux {
  readonly #line: Line;
  readonly #session: string;
  readonly #headerStart: string;
  readonly #slab = new Utf8Slab();
  readonly #replies: PendingReplies<Pending>;
  #refusal: RequestFailure | undefined;
  #isClosed = false;
  #maxPayload: number;

  /**
   * @param session ends the subjects of this participant's requests
   * @param inbox where replies go; ends with a dot
   * @param contractDigest goes with every request
   */
  constructor(
    line: Line,
    session: string,
    inbox: string,
    contractDigest?: string,
  ) {
    this.#line = line;
    this.#session = session;
    this.#headerStart = requestHeaderStart(contractDigest);
    this.#maxPayload = line.info?.max_payload ?? 0;
    this.#replies = new PendingReplies(line, inbox, {
      reply: (pending, msg) => this.#receive(pending, msg),
      expired: (pending) => this.#fail(pending, timedOut(pending.timeoutMs)),
      inboxDenied: (cause) => {
        this.#refusal = { ...INBOX_DENIED, cause };
        this.#failAll(this.#refusal);
      },
    });
    this.#replies.subscribe();
  }

  /** Requests that wait for their reply. */
  get waiting(): number {
    return this.#replies.size;
  }

  /**
   * Sends a request and waits for its reply; see `Messaging.request`. Throws for what is a bug of
   * the caller: a timeout below 1, a subject with spaces, a request id that is no header value.
   */
  request(subject: string, body: string, options: RequestOptions): Promise<Answer> {
    if (!(options.timeoutMs >= 1)) throw new RangeError("timeoutMs is a number from 1 upwards");
    if (this.#refusal !== undefined) {
      const waits = this.#refusal === OFFLINE && options.whileDisconnected === "wait";
      return waits
        ? this.#requestWhenUp(subject, body, options)
        : this.#failed(subject, this.#refusal);
    }
    if (options.signal?.aborted) return this.#failed(subject, ABORTED_BEFORE);
    const data = this.#slab.encode(body);
    const headers = this.#slab.encode(
      requestHeaderText(this.#headerStart, options.requestId, options),
    );
    const size = data.length + headers.length;
    if (size > this.#maxPayload) {
      return this.#failed(subject, requestTooLarge(size, this.#maxPayload));
    }
    let token: string;
    try {
      token = this.#replies.send(subject, data, headers);
    } catch (cause) {
      return Promise.resolve(err(this.#notSent(subject, cause)));
    }
    return new Promise((settle) => this.#wait(token, subject, options, settle));
  }

  /** Takes note of what happened to the connection. */
  observe(event: ConnectionEvent): void {
    if (this.#isClosed) return;
    switch (event.kind) {
      case "disconnected":
        this.#refusal = OFFLINE;
        return this.#failAll(LOST);
      case "reconnected":
      case "renewed":
        return this.#restore();
      case "denied": {
        const { operation, subject, error } = event;
        if (operation === "publish") this.#failAll({ ...DENIED, cause: error }, subject);
        return;
      }
      case "closed":
        return this.close();
    }
  }

  /** Fails what is waiting and whatever comes later; with `reason` where it was not the caller who closed. */
  close(reason?: TransportError): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#refusal = reason === undefined ? CLOSED : notSentBecause(reason);
    this.#failAll(CLOSED_MEANWHILE);
  }

  /** Sends a request when the connection is back, in the time that is left then. */
  async #requestWhenUp(subject: string, body: string, options: RequestOptions): Promise<Answer> {
    const { timeoutMs, signal } = options;
    const start = performance.now();
    const isUp = await untilUp(this.#line, start + timeoutMs, signal);
    const waited = performance.now() - start;
    if (isUp && waited < timeoutMs) {
      return this.request(subject, body, {
        ...options,
        timeoutMs: Math.max(1, timeoutMs - waited),
      });
    }
    const failure = signal?.aborted
      ? ABORTED_BEFORE
      : this.#isClosed
      ? this.#refusal ?? CLOSED
      : stillOffline(waited);
    return this.#failed(subject, failure);
  }

  #wait(
    token: string,
    subject: string,
    { timeoutMs, signal }: RequestOptions,
    settle: (answer: Answer) => void,
  ): void {
    const onAbort = signal && (() => this.#abort(token));
    const now = performance.now();
    const deadline = now + timeoutMs;
    this.#replies.wait(token, { subject, deadline, timeoutMs, settle, signal, onAbort }, now);
    if (signal && onAbort) signal.addEventListener("abort", onAbort);
  }

  #receive(pending: Pending, msg: WireMessage): void {
    const headers = headerText(msg);
    if (headerStatus(headers) === 503 && msg.data.length === 0) {
      return this.#fail(pending, NO_RESPONDERS);
    }
    const text = decodeUtf8(msg.data);
    if (text === undefined) return this.#fail(pending, NOT_TEXT);
    const isError = headers !== "" && headerValue(headers, SERVICE_ERROR_HEADER) !== undefined;
    end(pending, ok({ isError, text }));
  }

  #abort(token: string): void {
    const pending = this.#replies.take(token);
    if (pending !== undefined) this.#fail(pending, ABORTED);
  }

  #fail(pending: Pending, failure: RequestFailure): void {
    end(pending, err(this.#error(pending.subject, failure)));
  }

  #failAll(failure: RequestFailure, subject?: string): void {
    for (const pending of this.#replies.takeAll(subject)) this.#fail(pending, failure);
  }

  #restore(): void {
    this.#refusal = undefined;
    this.#maxPayload = this.#line.info?.max_payload ?? this.#maxPayload;
    this.#replies.subscribe();
  }

  #notSent(subject: string, cause: unknown): TransportError {
    if (isLibraryError(cause, "InvalidSubjectError")) throw cause;
    return toTransportError(cause, `request to ${this.#shown(subject)} was not sent`);
  }

  #failed(subject: string, failure: RequestFailure): Promise<Answer> {
    return Promise.resolve(err(this.#error(subject, failure)));
  }

  #error(subject: string, { what, ...failure }: RequestFailure): TransportError {
    const message = `request to ${this.#shown(subject)}: ${what}`;
    return new TransportError({ message, ...failure });
  }

  /** The subject without its last token, the caller, which does not belong in logs. */
  #shown(subject: string): string {
    return subject.endsWith(this.#session) ? subject.slice(0, subject.lastIndexOf(".")) : subject;
  }
}

function end({ settle, signal, onAbort }: Pending, answer: Answer): void {
  if (signal && onAbort) signal.removeEventListener("abort", onAbort);
  settle(answer);
}
