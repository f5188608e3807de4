import { CAUSE_HEADER } from "../../../contracts/stored/work_headers.ts";
import { headerValue } from "../../nats/headers/received_headers.ts";
import { isDeletionMarker, KV_OPERATION_HEADER } from "../../nats/jetstream/deletion_marker.ts";
import {
  EXPECTED_SEQUENCE_HEADER,
  OPERATION_ID_HEADER,
} from "../../nats/jetstream/publish_headers.ts";
import type { StoredMessage } from "../../nats/jetstream/stored_message.ts";
import type { StoredRevision } from "../kv_bucket.ts";

const NO_BYTES = new Uint8Array(0);
const encoder = new TextEncoder();

/** A stored revision with what only the adapter knows. */
export interface BucketRevision extends StoredRevision {
  /** Sequence in the stream. */
  readonly sequence: number;
  /** Id of the write that made it; undefined for other tools' writes. */
  readonly operationId: string | undefined;
  /** Header block, "" when it has none. */
  readonly headers: string;
}

/** The revision that a message holds. */
export function toRevision(message: StoredMessage, subjectPrefix: string): BucketRevision {
  const { subject, sequence, writtenAt, headers, data } = message;
  const deleted = isMarker(headers);
  return {
    key: subject.startsWith(subjectPrefix) ? subject.slice(subjectPrefix.length) : "",
    sequence,
    revision: String(sequence),
    createdAt: new Date(writtenAt).toISOString(),
    deleted,
    bytes: deleted ? NO_BYTES : data,
    cause: headerValue(headers, CAUSE_HEADER),
    operationId: headerValue(headers, OPERATION_ID_HEADER),
    headers,
  };
}

/** True for the header block of a deletion. */
export function isMarker(headers: string): boolean {
  return headers !== "" && isDeletionMarker((name) => headerValue(headers, name));
}

/** The header block of a write; `more` are whole lines. */
export function writeHeaders(
  operationId: string,
  expected: number | undefined,
  isDeletion: boolean,
  more: string = "",
): Uint8Array {
  let text = `NATS/1.0\r\n${OPERATION_ID_HEADER}: ${operationId}\r\n${more}`;
  if (expected !== undefined) text += `${EXPECTED_SEQUENCE_HEADER}: ${expected}\r\n`;
  if (isDeletion) text += `${KV_OPERATION_HEADER}: DEL\r\n`;
  return encoder.encode(`${text}\r\n`);
}
