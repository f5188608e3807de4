import {
  ATTEMPT_HEADER,
  ORIGIN_HEADER,
  PUT_OFF_SINCE_HEADER,
} from "../../contracts/stored/work_headers.ts";
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

/** Where an event was first stored, and as what. */
type FirstStored = Pick<Delivery, "stream" | "sequence" | "subject">;

/** Puts together what few ask for when they do. */
class EventOfDelivery implements ReadEvent {
  readonly subject: string;
  readonly sequence: number;
  readonly attempt: number;
  readonly putOffSince: number | undefined;
  readonly #delivery: Delivery;
  readonly #stream: string;

  constructor(
    delivery: Delivery,
    { stream, sequence, subject }: FirstStored,
    attempt = 1,
    putOffSince?: number,
  ) {
    this.subject = subject;
    this.sequence = sequence;
    this.attempt = attempt;
    this.putOffSince = putOffSince;
    this.#delivery = delivery;
    this.#stream = stream;
  }

  get id(): string {
    return storedEventId({ headers: this.#delivery.headers, sequence: this.sequence });
  }

  get origin(): string {
    return `${this.#stream} ${this.sequence} ${this.subject}`;
  }
}

/** What reads which event a delivery of a group holds: from the stream of all events, a lane, or after a park. */
export function eventReader(
  { deployment, group }: { readonly deployment: string; readonly group: string },
): (delivery: Delivery) => ReadEvent {
  const again = againSubject(deployment, group, "");
  const lanes = `${laneSubjectPrefix(deployment, group)}.`;
  return (delivery) => {
    const { subject } = delivery;
    // Whoever may publish an event chooses its headers: these count where only the service itself may write.
    if (subject.startsWith(again)) {
      const { headers } = delivery;
      const attempt = Number(headerValue(headers, ATTEMPT_HEADER));
      const isRead = Number.isSafeInteger(attempt) && attempt > 0;
      const since = Date.parse(headerValue(headers, PUT_OFF_SINCE_HEADER) ?? "");
      const putOffSince = Number.isFinite(since) ? since : undefined;
      return new EventOfDelivery(
        delivery,
        parkedFrom(delivery),
        isRead ? attempt : 1,
        putOffSince,
      );
    }
    const isCopy = subject.startsWith(lanes);
    return new EventOfDelivery(delivery, isCopy ? copiedFrom(delivery, lanes) : delivery);
  };
}

function parkedFrom(delivery: Delivery): FirstStored {
  const [stream, sequence, subject] = headerValue(delivery.headers, ORIGIN_HEADER)?.split(" ") ??
    [];
  if (stream === undefined || subject === undefined) return delivery;
  return { stream, sequence: Number(sequence), subject };
}

function copiedFrom(delivery: Delivery, lanes: string): FirstStored {
  // `<lane>.<version>.<event>.<params>`
  const rest = delivery.subject.slice(lanes.length);
  const [source = delivery.stream, at] =
    headerValue(delivery.headers, "Nats-Stream-Source")?.split(" ") ?? [];
  return {
    stream: source,
    sequence: Number(at ?? delivery.sequence),
    subject: `events${rest.slice(rest.indexOf("."))}`,
  };
}
