import {
  EVENT_KEEP_HEADER,
  EVENT_SUBJECT_HEADER,
  OUTBOX_JOB_HEADER,
  outboxPrefix,
} from "../../../contracts/stored/outbox.ts";
import { CAUSE_HEADER } from "../../../contracts/stored/work_headers.ts";
import { entryLines } from "../../jobs/queue_entry.ts";
import { eventLines, type EventMarks } from "../../events/nats/event_headers.ts";
import { writeHeaders } from "../../kv/nats/stored_revision.ts";
import { markText } from "../../nats/headers/prepared_headers.ts";
import type { OutgoingMessage } from "../../nats/jetstream/request_together.ts";
import type { TransactionStep } from "../transaction.ts";

/** Names the messages that are stored together. */
const BATCH_ID_HEADER = "Nats-Batch-Id";
/** The place of a message in its batch, from 1. */
const BATCH_SEQUENCE_HEADER = "Nats-Batch-Sequence";
/** Ends a batch: the server stores it now. */
const BATCH_COMMIT_HEADER = "Nats-Batch-Commit";

const NO_BYTES = new Uint8Array(0);
const encoder = new TextEncoder();

/** One attempt to store a transaction. */
export interface BatchAttempt {
  /** A new one for each attempt. */
  readonly batchId: string;
  /** The same in all attempts: by it the writer recognises what it has written. */
  readonly operationId: string;
  /** The sequence that a key must have, by place in the batch. */
  readonly expected: ReadonlyMap<number, number | undefined>;
  readonly marks: EventMarks;
}

/** The messages of a batch on the stream of a bucket, which stores all of them or none. */
export function batchMessages(
  bucket: string,
  steps: readonly TransactionStep[],
  { batchId, operationId, expected, marks }: BatchAttempt,
): readonly OutgoingMessage[] {
  return steps.map((step, place) => {
    const lines = `${BATCH_ID_HEADER}: ${batchId}\r\n${BATCH_SEQUENCE_HEADER}: ${place + 1}\r\n` +
      (place === steps.length - 1 ? `${BATCH_COMMIT_HEADER}: 1\r\n` : "");
    if ("event" in step) {
      const { subject, body, metadata } = step.event;
      const more = `${lines}${EVENT_SUBJECT_HEADER}: ${subject}\r\n` +
        markText(EVENT_KEEP_HEADER, step.keep) + eventLines(metadata, marks);
      return {
        subject: outboxPrefix(bucket) + metadata.id,
        payload: encoder.encode(body),
        headers: writeHeaders(operationId, undefined, false, more),
      };
    }
    if ("job" in step) {
      const { job, entry } = step.job;
      const more = `${lines}${OUTBOX_JOB_HEADER}: ${JSON.stringify(job)}\r\n` +
        entryLines({ ...entry, marks });
      return {
        subject: outboxPrefix(bucket) + entry.id,
        payload: entry.body,
        headers: writeHeaders(operationId, undefined, false, more),
      };
    }
    const { key, bytes } = step;
    const more = lines + markText(CAUSE_HEADER, marks.cause);
    return {
      subject: `$KV.${bucket}.${key}`,
      payload: bytes ?? NO_BYTES,
      headers: writeHeaders(operationId, expected.get(place), bytes === undefined, more),
    };
  });
}
