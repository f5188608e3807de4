import { isRecord } from "../../../contracts/json/json.ts";
import type { StoredRevision } from "../kv_bucket.ts";
import { isDeletionMarker, KV_OPERATION_HEADER } from "../../nats/jetstream/deletion_marker.ts";
import { headerValue } from "../../nats/headers/received_headers.ts";

/** Names the write that made a revision, so that a writer recognises its own after a lost answer. */
export const OPERATION_ID_HEADER = "Trellis-Operation-Id";
/** The write happens only when this is the subject's last sequence; 0: when there is none. */
export const EXPECTED_SEQUENCE_HEADER = "Nats-Expected-Last-Subject-Sequence";

const NO_BYTES = new Uint8Array(0);
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A stored revision with what only the adapter knows. */
export interface KvRecord extends StoredRevision {
  /** Sequence in the stream. */
  readonly sequence: number;
  /** Id of the write that made it; undefined for other tools' writes. */
  readonly operationId: string | undefined;
}

/** A record of a message's parts. */
export function toRecord(
  key: string,
  sequence: number,
  createdAt: string,
  headers: string,
  bytes: Uint8Array,
): KvRecord {
  const deleted = headers !== "" && isMarker(headers);
  return {
    key,
    sequence,
    revision: String(sequence),
    createdAt,
    deleted,
    bytes: deleted ? NO_BYTES : bytes,
    operationId: headers === "" ? undefined : headerValue(headers, OPERATION_ID_HEADER),
  };
}

/** True for the header block of a deletion. */
export function isMarker(headers: string): boolean {
  return isDeletionMarker((name) => headerValue(headers, name));
}

/** The record in an answer to `STREAM.MSG.GET`; undefined when it is not one. */
export function recordOfAnswer(answer: unknown, subjectPrefix: string): KvRecord | undefined {
  const message = isRecord(answer) ? answer.message : undefined;
  if (!isRecord(message)) return undefined;
  const { subject, seq, time, hdrs, data } = message;
  if (typeof subject !== "string" || typeof seq !== "number" || typeof time !== "string") {
    return undefined;
  }
  const headers = typeof hdrs === "string" ? decoder.decode(Uint8Array.fromBase64(hdrs)) : "";
  const bytes = typeof data === "string" ? Uint8Array.fromBase64(data) : NO_BYTES;
  const key = subject.slice(subjectPrefix.length);
  // Servers write nanoseconds in as many digits as they need.
  return toRecord(key, seq, new Date(time).toISOString(), headers, bytes);
}

/** The header block of a write. */
export function writeHeaders(
  operationId: string,
  expected: number | undefined,
  isDeletion: boolean,
): Uint8Array {
  let text = `NATS/1.0\r\n${OPERATION_ID_HEADER}: ${operationId}\r\n`;
  if (expected !== undefined) text += `${EXPECTED_SEQUENCE_HEADER}: ${expected}\r\n`;
  if (isDeletion) text += `${KV_OPERATION_HEADER}: DEL\r\n`;
  return encoder.encode(`${text}\r\n`);
}
