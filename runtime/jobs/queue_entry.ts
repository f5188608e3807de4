import { placeSubject, type QueueKind, type QueuePlace } from "../../contracts/stored/job_names.ts";
import {
  ATTEMPT_HEADER,
  CAUSE_HEADER,
  DEADLINE_HEADER,
  DIGEST_HEADER,
  JOB_ID_HEADER,
  JOB_TIME_HEADER,
  ORIGIN_HEADER,
  PAYLOAD_VERSION_HEADER,
  PUT_OFF_SINCE_HEADER,
} from "../../contracts/stored/work_headers.ts";
import { markText, traceHeaderText, type TraceMarks } from "../nats/headers/prepared_headers.ts";
import { headerValue } from "../nats/headers/received_headers.ts";
import {
  MESSAGE_ID_HEADER,
  SCHEDULE_HEADER,
  SCHEDULE_TARGET_HEADER,
} from "../nats/jetstream/publish_headers.ts";
import type { Delivery } from "../work/delivery.ts";
import { headerBlock, type NextTry, type WorkMessage } from "../work/work_messages.ts";
import type { QueueItem } from "./queue_item.ts";

/** A queue of a service. */
export interface QueueOwner {
  readonly deployment: string;
  readonly kind: QueueKind;
  /** As `queueName` makes it. */
  readonly queue: string;
}

/** What goes with an entry beside what it is. */
export interface EntryMarks extends TraceMarks {
  /** What caused it, as `rpc:<request id>`. */
  readonly cause?: string | undefined;
  /** Digest of the contract under which its creator runs. */
  readonly digest?: string | undefined;
}

/** What is put into a queue: a job, or an operation. */
export interface QueueEntry {
  /** One token of a subject. */
  readonly id: string;
  /** Names the message, which is stored once within two minutes; made from queue and id when left out. */
  readonly messageId?: string;
  readonly class: number;
  readonly lane: number;
  readonly slot: string;
  /** JSON. */
  readonly body: Uint8Array;
  /** ISO 8601 in UTC, as all times here. */
  readonly createdAt: string;
  /** When it is begun; missing: as soon as there is a worker. */
  readonly runAt?: string | undefined;
  /** When it is given up; missing: never. */
  readonly deadline?: string | undefined;
  /** Version of the shape of its body. */
  readonly payloadVersion?: string | undefined;
  readonly marks: EntryMarks;
  /** Further header lines, each ended as a header is. */
  readonly more?: string;
}

/** The same with header lines that were made before, as of a job that waited elsewhere. */
export interface PlacedEntry
  extends Pick<QueueEntry, "id" | "messageId" | "class" | "lane" | "slot" | "body" | "runAt"> {
  /** Those of {@link entryLines}. */
  readonly lines: string;
}

const encoder = new TextEncoder();

/** The header lines that stay with an entry wherever it is stored. */
export function entryLines(entry: QueueEntry): string {
  const { id, createdAt, deadline, payloadVersion, marks, more = "" } = entry;
  const { cause, digest } = marks;
  return `${JOB_ID_HEADER}: ${id}\r\n${JOB_TIME_HEADER}: ${createdAt}\r\n` +
    markText(DEADLINE_HEADER, deadline) + markText(PAYLOAD_VERSION_HEADER, payloadVersion) +
    markText(CAUSE_HEADER, cause) + markText(DIGEST_HEADER, digest) +
    traceHeaderText(marks) + more;
}

/** The message that an entry is stored as; `first` are further header lines, as expectations. */
export function entryMessage(
  owner: QueueOwner,
  entry: QueueEntry | PlacedEntry,
  first = "",
): WorkMessage {
  const lines = "lines" in entry ? entry.lines : entryLines(entry);
  // Queues share a stream, and people give the jobs of several the same id.
  const { messageId = `${owner.kind}:${owner.queue}:${entry.id}` } = entry;
  const place = { kind: owner.kind, queue: owner.queue, ...entry };
  const run = placeSubject(owner.deployment, "run", place);
  const isLater = entry.runAt !== undefined;
  const schedule = isLater
    ? `${SCHEDULE_HEADER}: @at ${entry.runAt}\r\n${SCHEDULE_TARGET_HEADER}: ${run}\r\n`
    : "";
  return {
    subject: isLater ? placeSubject(owner.deployment, "later", place) : run,
    headers: encoder.encode(
      `NATS/1.0\r\n${MESSAGE_ID_HEADER}: ${messageId}\r\n${schedule}${first}${lines}\r\n`,
    ),
    body: entry.body,
  };
}

/** A delivery of a queue that waits until a time, and comes again as its next try. */
export function parkedEntry(
  { deployment, queue }: QueueOwner,
  delivery: Delivery,
  item: QueueItem,
  { attempt, at, putOffSince }: NextTry,
): WorkMessage {
  // Jobs of a schedule arrive in one slot, and would take each other's place in it.
  const place: QueuePlace = item.isScheduled ? { ...item.place, slot: item.id } : item.place;
  const isNamed = headerValue(delivery.headers, JOB_ID_HEADER) !== undefined;
  return {
    subject: placeSubject(deployment, "later", place),
    headers: headerBlock(delivery, {
      // The same for each delivery of one message, so that one park follows, also after a crash.
      [MESSAGE_ID_HEADER]: `${item.id}:${queue}:later:${delivery.stream}:${delivery.sequence}`,
      [SCHEDULE_HEADER]: `@at ${at.toISOString()}`,
      [SCHEDULE_TARGET_HEADER]: placeSubject(deployment, "run", place),
      [ATTEMPT_HEADER]: String(attempt),
      [ORIGIN_HEADER]: item.origin,
      ...(putOffSince === undefined
        ? {}
        : { [PUT_OFF_SINCE_HEADER]: new Date(putOffSince).toISOString() }),
      ...(isNamed ? {} : ownHeaders(item)),
    }),
    body: delivery.data,
  };
}

/** What the jobs of a schedule lack when they arrive. */
function ownHeaders({ id, createdAt, deadline }: QueueItem): Readonly<Record<string, string>> {
  const named = { [JOB_ID_HEADER]: id, [JOB_TIME_HEADER]: createdAt };
  return deadline === undefined ? named : { ...named, [DEADLINE_HEADER]: deadline };
}
