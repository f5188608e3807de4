import type {
  TransportError,
  TransportErrorCode,
} from "../../../contracts/errors/transport_error.ts";

/** Why a request failed, without saying which one. */
export interface RequestFailure {
  /** Tells failures apart. */
  readonly code: TransportErrorCode;
  /** Follows `request to <subject>: `. */
  readonly what: string;
  /** What a person can do about it. */
  readonly hint: string;
  /** True when it was sent, and may have been carried out. */
  readonly isOutcomeUnknown?: boolean;
  /** The error behind it. */
  readonly cause?: unknown;
}

const UNKNOWN_OUTCOME = "whether it was carried out is unknown";
const REPEAT = "Repeat it with the same request id when the service takes it as idempotent.";

/** The link is down, so nothing was sent. */
export const OFFLINE: RequestFailure = {
  code: "trellis.connection.down",
  what: "not sent, because the connection to NATS is down",
  hint: "It is being restored; nothing was sent, so trying again is safe.",
};

/** The link went down before the reply came. */
export const LOST: RequestFailure = {
  code: "trellis.connection.lost",
  what: `the connection to NATS was lost before the reply came; ${UNKNOWN_OUTCOME}`,
  hint: REPEAT,
  isOutcomeUnknown: true,
};

/** The link was down for as long as the caller waited, so nothing was sent. */
export function stillOffline(waitedMs: number): RequestFailure {
  return { ...OFFLINE, what: `${OFFLINE.what}, and was for ${Math.round(waitedMs)} ms` };
}

/** The connection was closed before the request. */
export const CLOSED: RequestFailure = {
  code: "trellis.connection.closed",
  what: "not sent, because the connection is closed",
  hint: "Open a new connection.",
};

/** The connection was ended, before the request, for a reason of its own. */
export function notSentBecause(reason: TransportError): RequestFailure {
  const { code, message, hint } = reason;
  return { code, what: `not sent: ${message}`, hint, cause: reason };
}

/** The connection was closed before the reply came. */
export const CLOSED_MEANWHILE: RequestFailure = {
  code: "trellis.connection.closed",
  what: `the connection was closed before the reply came; ${UNKNOWN_OUTCOME}`,
  hint: "Wait for open requests before closing the connection.",
  isOutcomeUnknown: true,
};

/** No process subscribes to the subject. */
export const NO_RESPONDERS: RequestFailure = {
  code: "trellis.rpc.unavailable",
  what: "no process serves it",
  hint: "Start the service that serves it, then try again.",
};

/** The caller gave up before sending. */
export const ABORTED_BEFORE: RequestFailure = {
  code: "trellis.rpc.aborted",
  what: "not sent, because the caller's signal was aborted already",
  hint: "Nothing was sent.",
};

/** The caller gave up waiting. */
export const ABORTED: RequestFailure = {
  code: "trellis.rpc.aborted",
  what: `the caller stopped waiting; ${UNKNOWN_OUTCOME}`,
  hint: REPEAT,
  isOutcomeUnknown: true,
};

/** The reply is not UTF-8. */
export const NOT_TEXT: RequestFailure = {
  code: "trellis.rpc.malformed_reply",
  what: "the reply is not UTF-8 text",
  hint: "Look into the service that answers on this subject.",
};

/** The server does not let this session publish the request. */
export const DENIED: RequestFailure = {
  code: "trellis.permission.denied",
  what: "this session may not publish it",
  hint: "Declare the use in the contract and have it accepted, or ask for the capability.",
};

/** The server does not let this session receive replies. */
export const INBOX_DENIED: RequestFailure = {
  code: "trellis.permission.denied",
  what: "this session may not subscribe to its own inbox, so no reply can reach it",
  hint: "Allow this session to subscribe to `_INBOX.<session>.>`.",
};

/** No reply in time. */
export function timedOut(timeoutMs: number): RequestFailure {
  return {
    code: "trellis.rpc.timeout",
    what: `no reply within ${Math.round(timeoutMs)} ms; ${UNKNOWN_OUTCOME}`,
    hint: `${REPEAT} Allow more time if the service is slow.`,
    isOutcomeUnknown: true,
  };
}

/** More bytes than the server takes. */
export function requestTooLarge(size: number, maxPayload: number): RequestFailure {
  return {
    code: "trellis.rpc.payload_too_large",
    what: `not sent, because ${size} bytes with headers are over the server's ${maxPayload}`,
    hint: "Send less, page through it, or put large content in a store.",
  };
}
