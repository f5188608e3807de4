import { sha256 } from "@noble/hashes/sha2.js";
import { ulid } from "ulid";
import { parseExactJson } from "../../contracts/json/exact_json.ts";
import {
  EVENT_KEEP_HEADER,
  EVENT_SUBJECT_HEADER,
  OUTBOX_JOB_HEADER,
  outboxPrefix,
} from "../../contracts/stored/outbox.ts";
import { CAUSE_HEADER } from "../../contracts/stored/work_headers.ts";
import { isErr } from "../../contracts/result.ts";
import { EVENT_ID_HEADER, eventLines } from "../events/nats/event_headers.ts";
import { type EventSurface, prepareEvent } from "../events/prepare_event.ts";
import { readOutboxJob, type RelayedJob } from "../jobs/outbox_job.ts";
import { PROBE_KEY } from "../kv/nats/check_writable.ts";
import { isMarker } from "../kv/nats/stored_revision.ts";
import { headerValue } from "../nats/headers/received_headers.ts";
import { OPERATION_ID_HEADER } from "../nats/jetstream/publish_headers.ts";
import type { StoredMessage } from "../nats/jetstream/stored_message.ts";

/** What a message of a bucket is published as. */
export type Relayed =
  /** An event. */
  | {
    readonly kind: "event";
    readonly id: string;
    readonly subject: string;
    readonly body: Uint8Array;
    /** Its own header lines, each ended as a header is. */
    readonly lines: string;
    /** As its contract declares. */
    readonly keep: "forever" | undefined;
  }
  /** A job. */
  | ({ readonly kind: "job" } & RelayedJob)
  /** No event can be made of it. */
  | { readonly kind: "invalid"; readonly id: string; readonly problem: string }
  /** It is not published. */
  | { readonly kind: "none" };

/** A bucket, and what is declared of its changes. */
export interface RelayedBucket {
  /** Physical name. */
  readonly bucket: string;
  /** What each value that is written is published as; missing: nothing. */
  readonly written?: EventSurface | undefined;
  /** The same for each key that is deleted. */
  readonly deleted?: EventSurface | undefined;
  /** Digest of the contract under which the service runs. */
  readonly digest: string;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** What a message of the stream of a bucket is published as: an event that waits in it, or a change. */
export function relayedEvent(of: RelayedBucket, message: StoredMessage): Relayed {
  const events = outboxPrefix(of.bucket);
  const { subject } = message;
  if (subject.startsWith(events)) return waitingEvent(subject.slice(events.length), message);
  const keys = `$KV.${of.bucket}.`;
  const key = subject.slice(keys.length);
  if (!subject.startsWith(keys) || key === PROBE_KEY) return NONE;
  return changeEvent(of, key, message);
}

const NONE: Relayed = { kind: "none" };

function waitingEvent(place: string, { headers, data }: StoredMessage): Relayed {
  const outbox = headerValue(headers, OUTBOX_JOB_HEADER);
  if (outbox !== undefined) {
    const job = readOutboxJob(outbox);
    if (job !== undefined) {
      return { kind: "job", id: place, job, body: data, lines: carriedLines(headers) };
    }
  }
  const subject = headerValue(headers, EVENT_SUBJECT_HEADER);
  const id = headerValue(headers, EVENT_ID_HEADER);
  if (subject === undefined || id === undefined) {
    return { kind: "invalid", id: place, problem: "it does not say which event it is" };
  }
  const carried = carriedLines(headers);
  const keep = headerValue(headers, EVENT_KEEP_HEADER) === "forever" ? "forever" : undefined;
  return { kind: "event", id, subject, body: data, lines: carried, keep };
}

function carriedLines(headers: string): string {
  return headers.split("\r\n").slice(1).filter((line) =>
    line !== "" && !NOT_CARRIED.some((name) => line.startsWith(name))
  ).map((line) => `${line}\r\n`).join("");
}

/** What belongs to the message that waited, and not to the event or the job. */
const NOT_CARRIED = ["Nats-"].concat(
  [OPERATION_ID_HEADER, EVENT_SUBJECT_HEADER, EVENT_KEEP_HEADER, OUTBOX_JOB_HEADER].map((name) =>
    `${name}:`
  ),
);

function changeEvent(
  { bucket, written, deleted, digest }: RelayedBucket,
  key: string,
  { sequence, writtenAt, headers, data }: StoredMessage,
): Relayed {
  const isDeletion = isMarker(headers);
  const surface = isDeletion ? deleted : written;
  if (surface === undefined) return NONE;
  const id = changeId(bucket, sequence, writtenAt);
  const body = isDeletion ? { key } : parsed(data);
  const metadata = { id, time: new Date(writtenAt).toISOString() };
  const event = prepareEvent(surface, body, metadata).take();
  if (isErr(event)) return { kind: "invalid", id, problem: event.error.message };
  const cause = headerValue(headers, CAUSE_HEADER);
  const lines = eventLines(metadata, { cause, digest });
  const { subject } = event;
  const { keep } = surface;
  return { kind: "event", id, subject, body: encoder.encode(event.body), lines, keep };
}

/** Undefined for what is no JSON, which fits no schema of a bucket. */
function parsed(data: Uint8Array): unknown {
  try {
    const value = parseExactJson(decoder.decode(data)).take();
    return isErr(value) ? undefined : value;
  } catch {
    return undefined;
  }
}

/**
 * The id of the event of a change: the same whoever makes it and however often, so that it is stored once
 * within the time in which the server recognises ids. Nobody else's write has the same time and sequence.
 */
export function changeId(bucket: string, sequence: number, writtenAt: number): string {
  const bytes = sha256(encoder.encode(`${bucket}:${sequence}:${writtenAt}`));
  let place = 0;
  return ulid(writtenAt, () => (bytes[place++] ?? 0) / 256);
}
