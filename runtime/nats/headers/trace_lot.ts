import { lotOf } from "../../../contracts/live/trace.ts";
import type { WireMessage } from "../link/link.ts";
import { REQUEST_ID_HEADER, SPAN_HEADER, TRACEPARENT_HEADER } from "./header_names.ts";
import { headerText, type RawMessage } from "./received_headers.ts";

const encoder = new TextEncoder();
const REQUEST_ID = encoder.encode(`${REQUEST_ID_HEADER}: `);
const TRACEPARENT = encoder.encode(`${TRACEPARENT_HEADER}: `);
const SPAN = encoder.encode(`${SPAN_HEADER}: `);
/** Where the id of the trace is in the value of a `traceparent`. */
const TRACE = { begin: 3, end: 35 } as const;
const LINE_FEED = 10;

/**
 * The lot of a request's trace, from the bytes of its headers: nothing is decoded and nothing made, because each
 * request is asked for it while somebody watches. What was sent for a reported request has the lot that is always
 * reported; else the trace of the caller decides, and without one the request id, which is the same in all services.
 * Undefined when there is neither.
 */
export function traceLot(msg: WireMessage): number | undefined {
  const raw: RawMessage = msg as WireMessage & RawMessage;
  if (msg.headerBytes !== undefined) return lotIn(msg.headerBytes, msg.headerBytes.length);
  if (raw._rdata !== undefined && raw._msg !== undefined) return lotIn(raw._rdata, raw._msg.hdr);
  const bytes = encoder.encode(headerText(msg));
  return lotIn(bytes, bytes.length);
}

function lotIn(bytes: Uint8Array, end: number): number | undefined {
  let lot: number | undefined;
  for (let at = nextLine(bytes, 0, end), next = at; at < end; at = next) {
    next = nextLine(bytes, at, end);
    if (begins(bytes, at, SPAN)) return 0;
    if (lot === undefined && begins(bytes, at, REQUEST_ID)) {
      // Without the end of the line.
      lot = lotOf(bytes, at + REQUEST_ID.length, next - 2);
    } else if (begins(bytes, at, TRACEPARENT)) {
      const value = at + TRACEPARENT.length;
      if (value + TRACE.end < next) lot = lotOf(bytes, value + TRACE.begin, value + TRACE.end);
    }
  }
  return lot;
}

function nextLine(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at] !== LINE_FEED) at++;
  return at + 1;
}

function begins(bytes: Uint8Array, at: number, name: Uint8Array): boolean {
  for (let i = 0; i < name.length; i++) if (bytes[at + i] !== name[i]) return false;
  return true;
}
