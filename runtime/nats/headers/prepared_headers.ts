import type { HeaderBytes } from "../link/link.ts";
import {
  CONTRACT_HEADER,
  REQUEST_ID_HEADER,
  SERVICE_ERROR_CODE_HEADER,
  SERVICE_ERROR_HEADER,
  SPAN_HEADER,
  TRACEPARENT_HEADER,
  TRACESTATE_HEADER,
} from "./header_names.ts";

const REQUEST_ID = /^[\x21-\x7e]{1,128}$/;
const TRACEPARENT = /^[\x21-\x7e]{1,128}$/;
/** A list with commas, and spaces perhaps; at most as long as all must hand it on. */
const TRACESTATE = /^[\x20-\x7e]{1,512}$/;
/** A kind before an id, which is as long as a request id may be, and perhaps a group behind it. */
const MARK = /^[\x21-\x7e]{1,256}$/;
const DIGEST = /^[A-Za-z0-9_-]{1,64}$/;
const LONGEST_DESCRIPTION = 256;

/** Headers that are bytes already; the client library's own map costs half of the throughput. */
export class EncodedHeaders implements HeaderBytes {
  /** What goes on the wire; may be replaced between two publishes. */
  bytes: Uint8Array = new Uint8Array();

  /** The bytes as they are. */
  encode(): Uint8Array {
    return this.bytes;
  }

  /** What keeps its bytes when those of the original are replaced. */
  copy(): EncodedHeaders {
    const copy = new EncodedHeaders();
    copy.bytes = this.bytes;
    return copy;
  }
}

/** True for 1 to 128 printable ASCII characters without spaces. */
export function isRequestId(value: string): boolean {
  return REQUEST_ID.test(value);
}

/** True for what may go on as a trace context; what it says is for tracing to judge. */
export function isTraceparent(value: string): boolean {
  return TRACEPARENT.test(value);
}

/** True for what may go on beside a trace context. */
export function isTracestate(value: string): boolean {
  return TRACESTATE.test(value);
}

/** True for what may stand as a contract digest: base64url. */
export function isContractDigest(value: string): boolean {
  return DIGEST.test(value);
}

/** The part of request headers that is the same for a whole connection. */
export function requestHeaderStart(contractDigest: string | undefined): string {
  if (contractDigest === undefined) return "NATS/1.0\r\n";
  if (!isContractDigest(contractDigest)) {
    throw new TypeError(`a contract digest is base64url, not ${JSON.stringify(contractDigest)}`);
  }
  return `NATS/1.0\r\n${CONTRACT_HEADER}: ${contractDigest}\r\n`;
}

/** For what a message is sent. */
export interface TraceMarks {
  /** W3C trace context. */
  readonly traceparent?: string | undefined;
  /** What tracing systems add to it; it goes with a trace context only. */
  readonly tracestate?: string | undefined;
  /** The reported request or event, while somebody watches. */
  readonly span?: string | undefined;
}

/** The headers that say for what a message was sent; leaves out what is not printable ASCII. */
export function traceHeaderText({ traceparent, tracestate, span }: TraceMarks): string {
  let text = "";
  if (traceparent !== undefined && isTraceparent(traceparent)) {
    text = `${TRACEPARENT_HEADER}: ${traceparent}\r\n`;
    if (tracestate !== undefined && isTracestate(tracestate)) {
      text += `${TRACESTATE_HEADER}: ${tracestate}\r\n`;
    }
  }
  return span !== undefined && isTraceparent(span) ? `${text}${SPAN_HEADER}: ${span}\r\n` : text;
}

/** The header line of a mark, as what caused a stored message; "" for what is not printable ASCII. */
export function markText(name: string, value: string | undefined): string {
  return value !== undefined && MARK.test(value) ? `${name}: ${value}\r\n` : "";
}

/**
 * The headers of one request, after {@link requestHeaderStart}. Throws a TypeError for a request id
 * that is not printable ASCII, because dropping it would undo retries by id; leaves out a
 * `traceparent` that is not.
 */
export function requestHeaderText(
  start: string,
  requestId: string,
  marks: TraceMarks = {},
): string {
  if (!isRequestId(requestId)) {
    throw new TypeError(
      `a request id is 1 to 128 printable ASCII characters, not ${JSON.stringify(requestId)}`,
    );
  }
  return `${start}${REQUEST_ID_HEADER}: ${requestId}\r\n${traceHeaderText(marks)}\r\n`;
}

/** The headers of an error reply; control characters of the description become spaces. */
export function failureHeaderText(code: number, description: string): string {
  // deno-lint-ignore no-control-regex -- they are what must not reach a header
  const text = description.slice(0, LONGEST_DESCRIPTION).replace(/[\x00-\x1f\x7f]+/g, " ").trim();
  return `NATS/1.0\r\n${SERVICE_ERROR_CODE_HEADER}: ${serviceErrorCode(code)}\r\n` +
    `${SERVICE_ERROR_HEADER}: ${text || "error"}\r\n\r\n`;
}

function serviceErrorCode(code: number): number {
  return Number.isInteger(code) && code >= 100 && code <= 999 ? code : 500;
}
