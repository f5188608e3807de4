import { jetstreamManager } from "@nats-io/jetstream";
import { setTimeout as delay } from "node:timers/promises";
import { traceOf } from "../../../contracts/live/trace.ts";
import { EVENT_STREAM } from "../../../contracts/stored/event_stream.ts";
import { readStreamOnce } from "../../../reconcile/nats/scan/read_stream_once.ts";
import type { ScannedMessage } from "../../../reconcile/nats/scan/scanned_message.ts";
import { EVENT_ID_HEADER } from "../../../runtime/events/nats/event_headers.ts";
import { SPAN_HEADER, TRACEPARENT_HEADER } from "../../../runtime/nats/headers/header_names.ts";
import type { NatsMessaging } from "../../../runtime/rpc/nats/nats_messaging.ts";
import type { LiveEvent } from "../live_item.ts";
import type { Counts } from "../traffic.ts";

/** Gets the events that are read, and how many there were. */
interface EventSink {
  item(event: LiveEvent): void;
  count(counts: Partial<Counts>): void;
}

/** Milliseconds between two looks at the stream. */
const LOOK_MS = 500;
/** Events that are read at a look; of more the last ones, and it is said how many there were. */
const MOST_EVENTS = 200;
/** A look takes as long at most. */
const PATIENCE_MS = 5000;

/**
 * Follows the events that are stored from now on, without their bodies, until aborted. Reads them from the stream, so
 * that a reader who is slower than those who publish costs nobody anything.
 */
export async function followEvents(
  messaging: NatsMessaging,
  sink: EventSink,
  signal: AbortSignal,
): Promise<void> {
  let after: number | undefined;
  while (!signal.aborted) {
    // A server that does not answer is asked again.
    after = await lookOnce(messaging, after, sink, signal).catch(() => after);
    await delay(LOOK_MS, undefined, { signal }).catch(() => {});
  }
}

/** Answers with the last event that there is. */
async function lookOnce(
  { connection }: NatsMessaging,
  after: number | undefined,
  sink: EventSink,
  signal: AbortSignal,
): Promise<number> {
  const manager = await jetstreamManager(connection, { checkAPI: false });
  const { state } = await manager.streams.info(EVENT_STREAM);
  const through = state.last_seq;
  // A stream that was made again begins anew.
  if (after === undefined || through <= after || signal.aborted) return through;
  const begin = Math.max(after, through - MOST_EVENTS);
  sink.count({ events: through - after, missedEvents: begin - after });
  await readStreamOnce(connection, manager, {
    stream: EVENT_STREAM,
    after: begin,
    through,
    data: false,
    deadline: performance.now() + PATIENCE_MS,
    signal,
    visit: (message) => sink.item(eventOf(message)),
    tick: () => {},
  });
  return through;
}

function eventOf(message: ScannedMessage): LiveEvent {
  const { subject, sequence, writtenAt, bytes } = message;
  const [eventId, span, traceparent] = [EVENT_ID_HEADER, SPAN_HEADER, TRACEPARENT_HEADER]
    .map((name) => message.header(name));
  const { trace, parent } = traceOf({ span, traceparent, requestId: "" });
  return {
    kind: "event",
    subject,
    sequence,
    at: writtenAt,
    bytes,
    ...(eventId === undefined ? {} : { eventId: eventId.slice(0, LONGEST_ID) }),
    // Without any trace context it belongs to none.
    ...(parent === undefined ? {} : { trace, parent }),
  };
}

const LONGEST_ID = 64;
