import { EVENT_ID_HEADER, EVENT_TIME_HEADER } from "../../../contracts/stored/event_stream.ts";
import type { EventMetadata } from "../prepare_event.ts";
import { CAUSE_HEADER, DIGEST_HEADER } from "../../../contracts/stored/work_headers.ts";
import { headerValue } from "../../nats/headers/received_headers.ts";
import { markText, traceHeaderText, type TraceMarks } from "../../nats/headers/prepared_headers.ts";

export { EVENT_ID_HEADER, EVENT_TIME_HEADER };

/** By which JetStream recognises a repeated event. */
export const MESSAGE_ID_HEADER = "Nats-Msg-Id";
/** Makes the server refuse to store an event in any other stream. */
export const EXPECTED_STREAM_HEADER = "Nats-Expected-Stream";

const ID = /^[A-Za-z0-9:_=-]{1,128}$/;

/** The id of an event that was stored; another program may have published it, without one. */
export function storedEventId(
  { headers, sequence }: { readonly headers: string; readonly sequence: number },
): string {
  const id = headerValue(headers, EVENT_ID_HEADER) ?? "";
  return ID.test(id) ? id : `seq-${sequence}`;
}

/** What goes with an event beside its id and time. */
export interface EventMarks extends TraceMarks {
  /** What caused it, as `rpc:<request id>`. */
  readonly cause?: string | undefined;
  /** Digest of the contract under which the publisher runs. */
  readonly digest?: string | undefined;
}

/** The headers with which an event is published; `lines` are those of {@link eventLines}. */
export function eventHeaders(id: string, stream: string, lines: string): Uint8Array {
  return new TextEncoder().encode(
    `NATS/1.0\r\n${MESSAGE_ID_HEADER}: ${id}\r\n${EXPECTED_STREAM_HEADER}: ${stream}\r\n${lines}\r\n`,
  );
}

/** What stays with an event wherever it is stored; leaves out of the marks what is not printable ASCII. */
export function eventLines(
  { id, time }: EventMetadata,
  marks: EventMarks = {},
): string {
  // Id and time were checked when the event was prepared, so that neither can add a header.
  return `${EVENT_ID_HEADER}: ${id}\r\n${EVENT_TIME_HEADER}: ${time}\r\n` +
    markText(CAUSE_HEADER, marks.cause) + markText(DIGEST_HEADER, marks.digest) +
    traceHeaderText(marks);
}
