import { err, ok, type Result } from "../../../contracts/result.ts";
import { isSameStream } from "../../nats/jetstream/same_stream.ts";
import type { BucketInfo } from "./bucket_stream.ts";
import type { BucketRevision } from "./stored_revision.ts";

const PLACE = /^([1-9]\d{0,15})\.([0-9a-z]{1,12})\.([0-9a-z]{1,12})$/;

/** The place after a revision of a bucket, as text: which one, of which bucket, and when it was written. */
export function placeAfter(
  { sequence, createdAt }: Pick<BucketRevision, "sequence" | "createdAt">,
  { created }: Pick<BucketInfo, "created">,
): string {
  return `${sequence}.${timeText(created)}.${timeText(createdAt)}`;
}

/**
 * The sequence after which a bucket is to be read on from a place. Where what has come since is not all there it is
 * said why: the place is of another bucket, or so old that deletions may have expired.
 */
export function sequenceAfter(
  place: string,
  info: Pick<BucketInfo, "created" | "lastSequence" | "ttlMs" | "at">,
): Result<number, string> {
  const read = readPlace(place);
  if (read === undefined) return err("the cursor is none of a bucket");
  const { created, lastSequence, ttlMs, at } = info;
  const { sequence, written } = read;
  if (!isOf(read, info)) return err(`the bucket is another one, made at ${created}`);
  if (sequence > lastSequence) {
    return err(`the bucket has had ${lastSequence} changes, and the cursor is after ${sequence}`);
  }
  const now = Number.isNaN(at) ? Date.now() : at;
  if (ttlMs > 0 && now - written >= ttlMs) {
    return err("deletions since the cursor may have expired");
  }
  return ok(sequence);
}

/** True for a place of this very bucket behind all that its leader knows of: one that was just chosen has not read all. */
export function isAhead(
  place: string,
  info: Pick<BucketInfo, "created" | "lastSequence">,
): boolean {
  const read = readPlace(place);
  return read !== undefined && isOf(read, info) && read.sequence > info.lastSequence;
}

/** A place as it was read; times in milliseconds since 1970. */
interface Place {
  readonly sequence: number;
  /** When the bucket was made. */
  readonly made: number;
  /** When the revision before the place was written. */
  readonly written: number;
}

function readPlace(text: string): Place | undefined {
  const [, sequence, made = "", written = ""] = PLACE.exec(text) ?? [];
  if (sequence === undefined) return undefined;
  return { sequence: Number(sequence), made: parseInt(made, 36), written: parseInt(written, 36) };
}

function isOf({ made, written }: Place, { created }: Pick<BucketInfo, "created">): boolean {
  return isSameStream({ made, at: written }, Date.parse(created));
}

function timeText(time: string): string {
  return Date.parse(time).toString(36);
}
