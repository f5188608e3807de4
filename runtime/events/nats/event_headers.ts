import type { EventMetadata } from "../prepare_event.ts";
import { CAUSE_HEADER, DIGEST_HEADER } from "../../../contracts/stored/work_headers.ts";
import { markText, traceHeaderText } from "../../nats/headers/prepared_headers.ts";

/** By which JetStream recognises a repeated event. */
export const MESSAGE_ID_HEADER = "Nats-Msg-Id";
/** Makes the server refuse to store an event in any other stream. */
export const EXPECTED_STREAM_HEADER = "Nats-Expected-Stream";
/** The event's id: a ULID. */
export const EVENT_ID_HEADER = "Trellis-Event-Id";
/** When the event was prepared: ISO 8601 in UTC. */
export const EVENT_TIME_HEADER = "Trellis-Event-Time";

/** What goes with an event beside its id and time. */
export interface EventMarks {
  /** W3C trace context. */
  readonly traceparent?: string | undefined;
  /** The reported request or event that it is published for. */
  readonly span?: string | undefined;
  /** What caused it, as `rpc:<request id>`. */
  readonly cause?: string | undefined;
  /** Digest of the contract under which the publisher runs. */
  readonly digest?: string | undefined;
}

/** The headers of one event; leaves out of the marks what is not printable ASCII. */
export function eventHeaders(
  { id, time }: EventMetadata,
  stream: string,
  { traceparent, span, cause, digest }: EventMarks = {},
): Uint8Array {
  // Id and time were checked when the event was prepared, so that neither can add a header.
  const text =
    `NATS/1.0\r\n${MESSAGE_ID_HEADER}: ${id}\r\n${EXPECTED_STREAM_HEADER}: ${stream}\r\n` +
    `${EVENT_ID_HEADER}: ${id}\r\n${EVENT_TIME_HEADER}: ${time}\r\n` +
    markText(CAUSE_HEADER, cause) + markText(DIGEST_HEADER, digest);
  return new TextEncoder().encode(`${text}${traceHeaderText(traceparent, span)}\r\n`);
}
