import { parsePlace, type QueuePlace } from "../../contracts/stored/job_names.ts";
import { DIGEST_HEADER, OWNER_HEADER } from "../../contracts/stored/work_headers.ts";
import { QueueItem } from "../../runtime/jobs/queue_item.ts";
import type { StoredMessage } from "../../runtime/nats/jetstream/stored_message.ts";
import { SCHEDULE_HEADER } from "../../runtime/nats/jetstream/publish_headers.ts";

/** What stands in a queue. */
export interface QueuedMessage {
  readonly id: string;
  /** In its stream. */
  readonly sequence: number;
  /** It waits for its time, or for its next try. */
  readonly isParked: boolean;
  /** A worker has it. */
  readonly isInWork: boolean;
  /** Which try the next delivery is, from 1. */
  readonly attempt: number;
  /** ISO 8601, as all times here. */
  readonly createdAt: string;
  readonly dueAt: string | undefined;
  readonly deadline: string | undefined;
  readonly owner: string | undefined;
  readonly cause: string | undefined;
  /** W3C trace context of whoever created it. */
  readonly traceparent: string | undefined;
  readonly digest: string | undefined;
  readonly payloadVersion: string | undefined;
  readonly body: Uint8Array;
}

/** When what waits for a time is begun; undefined for what does not. */
export function dueAtOf(item: QueueItem): string | undefined {
  return /^@at (\S+)/.exec(item.header(SCHEDULE_HEADER) ?? "")?.[1];
}

/** Reads a message of a queue; undefined for what is none. */
export function readQueued(
  message: StoredMessage,
  stream: string,
  isInWork: (place: QueuePlace, sequence: number) => boolean,
): QueuedMessage | undefined {
  const place = parsePlace(message.subject);
  if (place === undefined) return undefined;
  const item = new QueueItem(message, stream);
  const { sequence, data: body } = message;
  const { id, attempt, createdAt, deadline, cause, traceparent, payloadVersion } = item;
  const isParked = place.state === "later";
  return {
    id,
    sequence,
    isParked,
    isInWork: !isParked && isInWork(place, sequence),
    attempt,
    createdAt,
    dueAt: dueAtOf(item),
    deadline,
    owner: item.header(OWNER_HEADER),
    cause,
    traceparent,
    digest: item.header(DIGEST_HEADER),
    payloadVersion,
    body,
  };
}
