/**
 * The port between the typed runtime and the messaging system: requests out, requests in, text
 * bodies. `runtime/nats/` implements it.
 *
 * @module
 */
import type { Principal } from "../../contracts/identity/caller.ts";
import type { TransportError } from "../../contracts/errors/transport_error.ts";
import type { Result } from "../../contracts/result.ts";
import type { CallOptions } from "./call_options.ts";
import type { RecordCalls } from "./call_recorder.ts";

/** How one request is sent. */
export interface RequestOptions {
  /** Milliseconds to wait for the reply, at least 1. */
  readonly timeoutMs: number;
  /** Ends the wait early; the request may have been served all the same. */
  readonly signal?: AbortSignal;
  /** Identifies the request across processes and retries. */
  readonly requestId: string;
  /** W3C trace context, where the caller has one. */
  readonly traceparent?: string;
  /** What tracing systems add to it. */
  readonly tracestate?: string | undefined;
  /** The reported request that it is sent for. */
  readonly span?: string;
  /** What to do while there is no connection; `"fail"` unless given. */
  readonly whileDisconnected?: CallOptions["whileDisconnected"];
}

/** The answer to a request. */
export interface Reply {
  /** True when the body is an error envelope. */
  readonly isError: boolean;
  /** The body, as UTF-8 text. */
  readonly text: string;
}

/** A request that arrived. Exactly one of `reply` and `fail` is to be called, once. */
export interface IncomingRequest {
  /** The whole subject that it was sent to. */
  readonly subject: string;
  /** The caller's session, from the last token of the subject. */
  readonly session: string;
  /** Who calls, where the server has checked it; undefined where nothing is enforced. */
  readonly principal: Principal | undefined;
  /** The caller's request id, or a fresh one when it sent none. */
  readonly requestId: string;
  /** W3C trace context, where the caller sent one. */
  readonly traceparent: string | undefined;
  /** What tracing systems add to it. */
  readonly tracestate: string | undefined;
  /** Digest of the caller's contract, where it sent one. */
  readonly contractDigest: string | undefined;
  /** The reported request that the caller sent it for, where it says so. */
  readonly span: string | undefined;
  /** From 0 to 1: which part of all traces it belongs to, whoever serves it. Cheap to ask for. */
  readonly lot: number;
  /** Bytes of the body. */
  readonly size: number;
  /** The body, decoded at first use; undefined when it is not UTF-8. */
  text(): string | undefined;
  /** Answers with a success body. An answer over the server's limit becomes a failure. */
  reply(text: string): void;
  /** Answers with an error envelope and its service error code (an HTTP-like number). */
  fail(text: string, code: number, description: string): void;
}

/** A subject that is being served. */
export interface ServedSubject {
  /** Why the server does not let this session serve it; known after a flush. */
  readonly denied: TransportError | undefined;
  /** Takes no further requests; those that arrived go on. Resolves when the server knows. */
  stop(): Promise<void>;
}

/**
 * Serves a subject as a member of a queue group; `handle` must not throw. Without a group everybody who serves the
 * subject gets every request, and the caller takes the first answer.
 */
export type ServeSubject = (
  subject: string,
  queue: string | undefined,
  handle: (request: IncomingRequest) => void,
) => ServedSubject;

/** A connection, as the typed runtime sees it. */
export interface Messaging {
  /** This connection's session token: letters, digits, `-` and `_`. */
  readonly session: string;
  /** The last token of the subjects of its requests: the session, with the principal where that is known. */
  readonly caller: string;
  /** Largest body that the server takes, in bytes. */
  readonly maxPayload: number;
  /** Records the calls that are made over it; missing where nobody wants it. */
  readonly record?: RecordCalls | undefined;
  /** Sends a request and waits for its one reply. Never rejects. */
  request(
    subject: string,
    body: string,
    options: RequestOptions,
  ): Promise<Result<Reply, TransportError>>;
  /** Resolves when everything published so far has reached the server. */
  flush(): Promise<void>;
  /** Ends the connection; requests that are still waiting fail. */
  close(): Promise<void>;
  /** Resolves when the connection is over for good, with the reason if it was not asked for. */
  closed(): Promise<TransportError | undefined>;
}
