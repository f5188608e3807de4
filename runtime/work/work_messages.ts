import {
  againSubject,
  deadMessageId,
  deadSubject,
  laterSubject,
  type WorkKind,
} from "../../contracts/stored/work_names.ts";
import {
  ATTEMPT_HEADER,
  DEAD_ERROR_HEADER,
  DEAD_REASON_HEADER,
  DEAD_TIME_HEADER,
  DEAD_TRIES_HEADER,
  ORIGIN_HEADER,
  PUT_OFF_SINCE_HEADER,
} from "../../contracts/stored/work_headers.ts";
import type { DeadReason } from "./decide_delivery.ts";
import type { Delivery, WorkItem } from "./delivery.ts";
import { SCHEDULE_HEADER, SCHEDULE_TARGET_HEADER } from "../nats/jetstream/publish_headers.ts";

/** Whose work it is. */
export interface WorkOwner {
  readonly deployment: string;
  readonly kind: WorkKind;
  readonly name: string;
}

/** Where a message goes, and what it holds. */
export interface WorkMessage {
  readonly subject: string;
  readonly headers: Uint8Array;
  readonly body: Uint8Array;
}

/** Characters that are kept of why something was given up. */
export const LONGEST_ERROR = 1024;
/** Written anew with each message. */
const OWN = [ATTEMPT_HEADER, ORIGIN_HEADER, PUT_OFF_SINCE_HEADER].concat(
  DEAD_REASON_HEADER,
  DEAD_ERROR_HEADER,
  DEAD_TRIES_HEADER,
  DEAD_TIME_HEADER,
);

/** Where deliveries wait until a time, and come again as their next try. */
export interface Parking<Item extends WorkItem = WorkItem> {
  readonly stream: string;
  /** What is put there; it comes again by itself. */
  readonly message: (delivery: Delivery, item: Item, next: NextTry) => WorkMessage;
}

/** When a delivery comes again, and as which try. */
export interface NextTry {
  readonly attempt: number;
  readonly at: Date;
  /** Since when its handler puts it off; missing: it does not. */
  readonly putOffSince?: number | undefined;
}

/** Deliveries of a group wait in the stream of what is tried again. */
export function groupParking(owner: WorkOwner, stream: string): Parking {
  return { stream, message: (...parked) => parkedMessage(owner, ...parked) };
}

function parkedMessage(
  owner: WorkOwner,
  delivery: Delivery,
  item: WorkItem,
  { attempt, at, putOffSince }: NextTry,
): WorkMessage {
  const { deployment, name } = owner;
  return {
    subject: laterSubject(deployment, name, item.id),
    headers: headerBlock(delivery, {
      // The same for each delivery of one message, so that one park follows, also after a crash.
      "Nats-Msg-Id": `${item.id}:${name}:later:${delivery.stream}:${delivery.sequence}`,
      [SCHEDULE_HEADER]: `@at ${at.toISOString()}`,
      [SCHEDULE_TARGET_HEADER]: againSubject(deployment, name, item.id),
      [ATTEMPT_HEADER]: String(attempt),
      [ORIGIN_HEADER]: item.origin,
      ...(putOffSince === undefined
        ? {}
        : { [PUT_OFF_SINCE_HEADER]: new Date(putOffSince).toISOString() }),
    }),
    body: delivery.data,
  };
}

/** What else is known of a dead letter. */
export interface LetterFrame {
  /** Bytes that the server takes, of headers and body. */
  readonly maximum?: number | undefined;
  /** Further headers, by name. */
  readonly more?: Readonly<Record<string, string>> | undefined;
}

/**
 * A delivery that is given up. What does not fit into a message with what is told of it is left out, body first:
 * it is better lost than in the way of all that follow.
 */
export function deadLetter(
  { deployment, kind, name }: WorkOwner,
  delivery: Pick<Delivery, "headers" | "data" | "stream" | "sequence">,
  item: WorkItem,
  why: { readonly reason: DeadReason; readonly error: string; readonly tries: number },
  now: Date,
  { maximum = Infinity, more = {} }: LetterFrame = {},
): WorkMessage {
  const subject = deadSubject(deployment, kind, name, item.id);
  const block = (from: Pick<Delivery, "headers">, error: string) =>
    headerBlock(from, {
      "Nats-Msg-Id": deadMessageId(item.id, name, delivery),
      [ORIGIN_HEADER]: item.origin,
      [DEAD_REASON_HEADER]: why.reason,
      [DEAD_ERROR_HEADER]: oneLine(error),
      [DEAD_TRIES_HEADER]: String(why.tries),
      [DEAD_TIME_HEADER]: now.toISOString(),
      ...more,
    });
  const body = delivery.data;
  const headers = block(delivery, why.error);
  if (headers.length + body.length <= maximum) return { subject, headers, body };
  const error = `its body of ${body.length} bytes does not fit here; ${why.error}`;
  const cut = block(delivery, error);
  return {
    subject,
    headers: cut.length <= maximum ? cut : block({ headers: "" }, error),
    body: new Uint8Array(0),
  };
}

/** What the message had, but for what the server or an earlier park had added. */
export function headerBlock(
  { headers }: Pick<Delivery, "headers">,
  added: Readonly<Record<string, string>>,
): Uint8Array {
  const carried = headers.split("\r\n").slice(1).filter((line) => {
    const name = line.slice(0, Math.max(0, line.indexOf(":")));
    return name !== "" && !name.startsWith("Nats-") && !OWN.includes(name);
  });
  const lines = Object.entries(added).map(([name, value]) => `${name}: ${value}`);
  return new TextEncoder().encode(`NATS/1.0\r\n${[...lines, ...carried].join("\r\n")}\r\n\r\n`);
}

function oneLine(text: string): string {
  // deno-lint-ignore no-control-regex -- they are what must not reach a header
  return text.slice(0, LONGEST_ERROR).replace(/[\x00-\x1f\x7f]+/g, " ").trim();
}
