import { ATTEMPT_HEADER, ORIGIN_HEADER } from "../../contracts/stored/work_headers.ts";
import { againSubject, laneSubjectPrefix } from "../../contracts/stored/work_names.ts";
import { storedEventId } from "../events/nats/event_headers.ts";
import { headerValue } from "../nats/headers/received_headers.ts";
import type { Delivery, WorkItem } from "../work/delivery.ts";

/** What a delivery says of the event that it holds. */
export interface ReadEvent extends WorkItem {
  /** As it was published. */
  readonly subject: string;
  /** In the stream of all events. */
  readonly sequence: number;
}

/** Reads which event a delivery holds: from the stream of all events, a lane, or after a park. */
export function readEvent(
  delivery: Delivery,
  { deployment, group }: { readonly deployment: string; readonly group: string },
): ReadEvent {
  const again = againSubject(deployment, group, "");
  // Whoever may publish an event chooses its headers: these two count where only the service itself may write.
  const isAgain = delivery.subject.startsWith(again);
  const { stream, sequence, subject } = isAgain
    ? parkedFrom(delivery)
    : firstStored(delivery, laneSubjectPrefix(deployment, group));
  const attempt = isAgain ? Number(headerValue(delivery.headers, ATTEMPT_HEADER)) : 1;
  return {
    id: storedEventId({ headers: delivery.headers, sequence }),
    origin: `${stream} ${sequence} ${subject}`,
    subject,
    sequence,
    attempt: Number.isSafeInteger(attempt) && attempt > 0 ? attempt : 1,
  };
}

function parkedFrom(delivery: Delivery) {
  const [stream, sequence, subject] = headerValue(delivery.headers, ORIGIN_HEADER)?.split(" ") ??
    [];
  if (stream === undefined || subject === undefined) return delivery;
  return { stream, sequence: Number(sequence), subject };
}

function firstStored(delivery: Delivery, lanes: string) {
  if (!delivery.subject.startsWith(`${lanes}.`)) return delivery;
  // `<lane>.<version>.<event>.<params>`
  const rest = delivery.subject.slice(lanes.length + 1);
  const [source = delivery.stream, at] =
    headerValue(delivery.headers, "Nats-Stream-Source")?.split(" ") ?? [];
  return {
    stream: source,
    sequence: Number(at ?? delivery.sequence),
    subject: `events${rest.slice(rest.indexOf("."))}`,
  };
}
