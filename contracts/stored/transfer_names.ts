/**
 * How files on their way are named on NATS, the only home of these names. A surface is named by its subject,
 * as `operations.v1.Documents.Upload`, which everybody who uses its contract knows.
 *
 * @module
 */
import { deploymentToken } from "./authority_records.ts";

export { TRANSFER_MS } from "../schema/file_limits.ts";

/** Bytes of a chunk that is sent, as many as stores have in one; the last one has fewer. */
export const TRANSFER_CHUNK_BYTES: number = 512 * 1024;

/** The most bytes of its message, with its headers. */
export const TRANSFER_MESSAGE_BYTES: number = TRANSFER_CHUNK_BYTES + 4096;

/** Header with the SHA-256 of a file up to the end of a chunk, in base64url without padding. */
export const DIGEST_SO_FAR_HEADER = "Trellis-Digest-So-Far";

/** The stream in which the chunks wait that callers of a service send. */
export function transferStream(deployment: string): string {
  return `trellis_transfer_${deploymentToken(deployment)}`;
}

/** All chunks that are sent with operations of a surface. */
export function sentSubjects(surface: string): string {
  return `transfer.send.${surface}.*.*.*`;
}

/** Where a caller puts the chunks of its own, whatever they belong to. */
export function sentBy(surface: string, caller: string): string {
  return `transfer.send.${surface}.${caller}.*.*`;
}

/** The chunks of one operation, whoever has sent them: sessions of its owner, or somebody who may not. */
export function sentChunks(surface: string, operation: string): string {
  return `transfer.send.${surface}.*.${operation}.*`;
}

/** What a caller has sent for one operation. */
export function sentOf(surface: string, caller: string, operation: string): string {
  return `transfer.send.${surface}.${caller}.${operation}.*`;
}

/** Where a caller puts one chunk, counted from 0. */
export function sentChunk(
  surface: string,
  caller: string,
  operation: string,
  number: number,
): string {
  return `transfer.send.${surface}.${caller}.${operation}.${number}`;
}

/**
 * Who has sent a chunk, for which operation, and which it is; undefined for any other subject. It has no number when it
 * was sent where no file has one.
 */
export function parseSentChunk(
  surface: string,
  subject: string,
):
  | { readonly caller: string; readonly operation: string; readonly number: number | undefined }
  | undefined {
  const start = `transfer.send.${surface}.`;
  if (!subject.startsWith(start)) return undefined;
  const [caller, operation, text, ...more] = subject.slice(start.length).split(".");
  if (!caller || !operation || text === undefined || more.length > 0) return undefined;
  const number = /^(?:0|[1-9]\d{0,8})$/.test(text) ? Number(text) : undefined;
  return { caller, operation, number };
}

/** Where what was granted is asked for, without the caller's token. */
export function pullSubject(surface: string): string {
  return `transfer.pull.${surface}`;
}

/** Where a session has the chunks of a file sent; nobody else can subscribe to it. */
export function pullInbox(inboxPrefix: string, inbox: string): string {
  return `${inboxPrefix}.pull.${inbox}`;
}

/** The key of a grant in the bucket of records; `id` is one token that cannot be guessed. */
export function grantKey(id: string): string {
  return `grant.${id}`;
}
