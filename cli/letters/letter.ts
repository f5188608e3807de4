import {
  CAUSE_HEADER,
  DEAD_ERROR_HEADER,
  DEAD_REASON_HEADER,
  DEAD_TIME_HEADER,
  DEAD_TRIES_HEADER,
  DIGEST_HEADER,
  JOB_TIME_HEADER,
  ORIGIN_HEADER,
} from "../../contracts/stored/work_headers.ts";
import { parseDeadSubject, type WorkKind } from "../../contracts/stored/work_names.ts";
import { EVENT_TIME_HEADER } from "../../runtime/events/nats/event_headers.ts";
import { headerValue } from "../../runtime/nats/headers/received_headers.ts";
import type { StoredMessage } from "../../runtime/nats/jetstream/stored_message.ts";

/** An event, a job or an operation that somebody's worker has given up. */
export interface Letter {
  /** Id of the event, the job or the operation. */
  readonly id: string;
  /** What has given it up. */
  readonly kind: WorkKind;
  /** The group, the alias of the bucket, the queue or the operation. */
  readonly group: string;
  /** Its place in the stream of dead letters. */
  readonly sequence: number;
  /** Where it was stored first, as `events.v1.Order.Placed.42`; empty where nobody has said it. */
  readonly subject: string;
  /** `failed`, `invalid`, `gave_up`, `crashed` or `expired`. */
  readonly reason: string;
  /** The last error. */
  readonly error: string;
  readonly tries: number;
  /** When the event was published, or the job created, ISO 8601. */
  readonly publishedAt: string;
  /** When it was given up, ISO 8601. */
  readonly deadAt: string;
  /** What caused it, as `rpc:<request id>`. */
  readonly cause: string | undefined;
  /** Digest of the contract under which it was published or created. */
  readonly digest: string | undefined;
  /** Size of the body. */
  readonly bytes: number;
}

/** A letter with what it holds. */
export interface OpenedLetter extends Letter {
  /** The body of the event, or the payload. */
  readonly body: Uint8Array;
  /** The whole header block. */
  readonly headers: string;
}

/** Reads a message of the stream of dead letters; undefined for what is none. */
export function readLetter(message: StoredMessage): OpenedLetter | undefined {
  const { subject, sequence, writtenAt, headers, data } = message;
  const place = parseDeadSubject(subject);
  if (place === undefined) return undefined;
  const header = (name: string) => headerValue(headers, name) || undefined;
  const written = new Date(writtenAt).toISOString();
  const tries = Number(header(DEAD_TRIES_HEADER));
  return {
    id: place.slot,
    kind: place.kind,
    group: place.name,
    sequence,
    subject: header(ORIGIN_HEADER)?.split(" ")[2] ?? "",
    reason: header(DEAD_REASON_HEADER) ?? "failed",
    error: header(DEAD_ERROR_HEADER) ?? "",
    tries: Number.isSafeInteger(tries) ? tries : 0,
    publishedAt: header(EVENT_TIME_HEADER) ?? header(JOB_TIME_HEADER) ?? written,
    deadAt: header(DEAD_TIME_HEADER) ?? written,
    cause: header(CAUSE_HEADER),
    digest: header(DIGEST_HEADER),
    bytes: data.length,
    body: data,
    headers,
  };
}

/** What is known of a letter without what it holds. */
export function closedLetter({ body: _, headers: __, ...letter }: OpenedLetter): Letter {
  return letter;
}
