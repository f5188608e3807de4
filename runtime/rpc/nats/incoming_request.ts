import { sha256 } from "@noble/hashes/sha2.js";
import { encodeBase32 } from "../../../contracts/identity/base32.ts";
import type { Principal } from "../../../contracts/identity/caller.ts";
import { lotOf } from "../../../contracts/live/trace.ts";
import type { IncomingRequest } from "../messaging.ts";
import type { ReplyPublisher } from "./reply_publisher.ts";
import {
  CONTRACT_HEADER,
  REQUEST_ID_HEADER,
  SPAN_HEADER,
  TRACEPARENT_HEADER,
  TRACESTATE_HEADER,
} from "../../nats/headers/header_names.ts";
import {
  isContractDigest,
  isRequestId,
  isTraceparent,
  isTracestate,
} from "../../nats/headers/prepared_headers.ts";
import { headerText, headerValue } from "../../nats/headers/received_headers.ts";
import { traceLot } from "../../nats/headers/trace_lot.ts";
import type { WireMessage } from "../../nats/link/link.ts";
import { decodeUtf8 } from "../../nats/utf8/utf8_text.ts";

/** What the subjects of a request say. */
export interface Addressed {
  readonly subject: string;
  readonly session: string;
  readonly principal: Principal | undefined;
  readonly reply: string;
}

/** A request that arrived over NATS. Headers and body are read at first use. */
export class NatsIncomingRequest implements IncomingRequest {
  /** The whole subject that it was sent to. */
  readonly subject: string;
  /** The caller's session. */
  readonly session: string;
  /** Who calls, where the server has checked it. */
  readonly principal: Principal | undefined;
  readonly #msg: WireMessage;
  readonly #reply: string;
  readonly #answers: ReplyPublisher;
  #headers: string | undefined;
  #requestId: string | undefined;
  #answered = false;

  /** Takes a message, with what its subject says and where the answer goes. */
  constructor(
    msg: WireMessage,
    { subject, session, principal, reply }: Addressed,
    answers: ReplyPublisher,
  ) {
    this.subject = subject;
    this.session = session;
    this.principal = principal;
    this.#msg = msg;
    this.#reply = reply;
    this.#answers = answers;
  }

  /**
   * The caller's request id; a new one when it sent none, or one that is no request id. The same for all who
   * serve the request: it follows from where the answer goes, which it does not tell.
   */
  get requestId(): string {
    return this.#requestId ??= this.#header(REQUEST_ID_HEADER, isRequestId) ??
      idFor(this.#reply);
  }

  /** W3C trace context, where the caller sent one. */
  get traceparent(): string | undefined {
    return this.#header(TRACEPARENT_HEADER, isTraceparent);
  }

  /** What tracing systems add to it. */
  get tracestate(): string | undefined {
    return this.#header(TRACESTATE_HEADER, isTracestate);
  }

  /** Digest of the caller's contract, where it sent one. */
  get contractDigest(): string | undefined {
    return this.#header(CONTRACT_HEADER, isContractDigest);
  }

  /** The reported request that the caller sent it for, where it says so. */
  get span(): string | undefined {
    return this.#header(SPAN_HEADER, isTraceparent);
  }

  /** From 0 to 1: which part of all traces it belongs to, whoever serves it. */
  get lot(): number {
    return traceLot(this.#msg) ?? lotOf(new TextEncoder().encode(this.requestId));
  }

  /** Bytes of the body. */
  get size(): number {
    return this.#msg.data.length;
  }

  /** The body; undefined when it is not UTF-8. */
  text(): string | undefined {
    return decodeUtf8(this.#msg.data);
  }

  /** Answers with a success body. */
  reply(text: string): void {
    this.#answerOnce();
    this.#answers.reply(this.#reply, this.subject, text);
  }

  /** Answers with an error envelope. */
  fail(text: string, code: number, description: string): void {
    this.#answerOnce();
    this.#answers.fail(this.#reply, this.subject, text, code, description);
  }

  #answerOnce(): void {
    if (this.#answered) throw new Error(`a request to ${this.subject} was answered twice`);
    this.#answered = true;
  }

  #header(name: string, isValid: (value: string) => boolean): string | undefined {
    this.#headers ??= headerText(this.#msg);
    const value = headerValue(this.#headers, name);
    return value !== undefined && isValid(value) ? value : undefined;
  }
}

/** As long as the ids that Trellis' own callers make. */
function idFor(reply: string): string {
  return encodeBase32(sha256(new TextEncoder().encode(reply))).slice(0, 26);
}
