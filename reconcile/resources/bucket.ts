import type { JsonValue } from "../../contracts/json/json.ts";
import type { BucketSettings } from "./settings.ts";
import type { Owner } from "./owner.ts";
import type { ByKind } from "./kinds.ts";

/** One setting that is not as it should be. */
export interface FieldChange {
  /** As `history`, or the name that the server gives it, as `max_bytes`. */
  readonly field: string;
  readonly from: JsonValue;
  readonly to: JsonValue;
}

/** Words for a change, as `history 5 -> 1`. */
export function changeText({ field, from, to }: FieldChange): string {
  return `${field} ${JSON.stringify(from)} -> ${JSON.stringify(to)}`;
}

/** A setting, the same for all buckets, that this one does not have. */
export interface Deviation extends FieldChange {
  /** False where the server refuses to change it: only a new bucket would have it. */
  readonly repairable: boolean;
}

/** A KV bucket or a store as it is on the server. */
export interface BucketState {
  readonly name: string;
  readonly settings: BucketSettings;
  /** Whose it is; undefined when its metadata does not say. */
  readonly owner: Owner | undefined;
  /** Stored values, and the size of everything in bytes. */
  readonly values: number;
  readonly bytes: number;
  /**
   * When it was made: a bucket that was deleted and made again has another time. Of a store the times of
   * both of its streams, with a slash between; nothing in the place of one that is not there.
   */
  readonly created: string;
  /** Stored revisions, older ones of the same key included; undefined: not known. */
  readonly revisions?: number;
  /** Age of the oldest revision by the server's clock; undefined: not known, or nothing there. */
  readonly oldestMs?: number;
  /** Of the streams that it consists of, those that are not there; none when left out. */
  readonly missing?: readonly string[];
  /** Where it differs from what every bucket has; none when left out. */
  readonly deviations?: readonly Deviation[];
}

/** What is there of each kind, by name. */
export type BucketsByKind = ByKind<ReadonlyMap<string, BucketState>>;

/** Whether a bucket is one that was seen before, which may have been half made then. */
export function isSameBucket(seen: string, { created }: Pick<BucketState, "created">): boolean {
  const now = created.split("/");
  return seen.split("/").every((time, part) => time === "" || time === now[part]);
}
