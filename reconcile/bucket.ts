import type { JsonValue } from "../contracts/json.ts";
import type { KvNeed } from "./needs.ts";
import type { Owner } from "./physical_name.ts";

/** The settings of a bucket that a contract declares; the rest is the same for all buckets. */
export interface BucketSettings {
  readonly history: number;
  /** 0: entries never expire. */
  readonly ttlMs: number;
  /** 0: no limit of its own. */
  readonly maxValueBytes: number;
}

/** One setting that is not as it should be. */
export interface FieldChange {
  /** As `history`, or the name that the server gives it, as `max_bytes`. */
  readonly field: string;
  readonly from: JsonValue;
  readonly to: JsonValue;
}

/** A setting, the same for all buckets, that this one does not have. */
export interface Deviation extends FieldChange {
  /** False where the server refuses to change it: only a new bucket would have it. */
  readonly repairable: boolean;
}

/** A bucket as it is on the server. */
export interface BucketState {
  readonly name: string;
  readonly settings: BucketSettings;
  /** Whose it is; undefined when its metadata does not say. */
  readonly owner: Owner | undefined;
  /** Stored values, and the size of everything in bytes. */
  readonly values: number;
  readonly bytes: number;
  /** When it was made: a bucket that was deleted and made again has another time. */
  readonly created: string;
  /** Stored revisions, older ones of the same key included; undefined: not known. */
  readonly revisions?: number;
  /** Age of the oldest revision by the server's clock; undefined: not known, or nothing there. */
  readonly oldestMs?: number;
  /** Where it differs from what every bucket has; none when left out. */
  readonly deviations?: readonly Deviation[];
}

/** The settings that a need asks for. */
export function settingsOf(need: KvNeed): BucketSettings {
  const { history, ttlMs, maxValueBytes } = need;
  return { history, ttlMs, maxValueBytes };
}

/** True when both owners are the same. */
export function sameOwner(a: Owner | undefined, b: Owner): boolean {
  return a !== undefined && a.deployment === b.deployment && a.contract === b.contract &&
    a.alias === b.alias && a.kind === b.kind;
}

/** Names of the settings in which a bucket differs from what was declared. */
export function settingsDrift(
  actual: BucketSettings,
  declared: BucketSettings,
): readonly (keyof BucketSettings)[] {
  const names = ["history", "ttlMs", "maxValueBytes"] as const;
  return names.filter((name) => actual[name] !== declared[name]);
}
