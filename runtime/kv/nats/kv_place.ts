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
 * The sequence after which a bucket is to be read on from a place. Undefined where what has come since is not all
 * there: the place is of another bucket, or so old that deletions may have expired.
 */
export function sequenceAfter(
  place: string,
  { created, lastSequence, ttlMs, at }: Pick<
    BucketInfo,
    "created" | "lastSequence" | "ttlMs" | "at"
  >,
): number | undefined {
  const [, sequence, bucket, written = ""] = PLACE.exec(place) ?? [];
  if (sequence === undefined || bucket !== timeText(created)) return undefined;
  if (Number(sequence) > lastSequence) return undefined;
  const now = Number.isNaN(at) ? Date.now() : at;
  if (ttlMs > 0 && now - parseInt(written, 36) >= ttlMs) return undefined;
  return Number(sequence);
}

/** True for a place of this very bucket behind all that its leader knows of: one that was just chosen has not read all. */
export function isAhead(
  place: string,
  { created, lastSequence }: Pick<BucketInfo, "created" | "lastSequence">,
): boolean {
  const [, sequence, bucket] = PLACE.exec(place) ?? [];
  return sequence !== undefined && bucket === timeText(created) && Number(sequence) > lastSequence;
}

function timeText(time: string): string {
  return Date.parse(time).toString(36);
}
