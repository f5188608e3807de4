import type { Owner } from "./physical_name.ts";
import type { KvNeed } from "./needs.ts";

/** The settings of a bucket that Trellis declares; the server fills in the rest. */
export interface BucketSettings {
  readonly history: number;
  /** 0: entries never expire. */
  readonly ttlMs: number;
  /** 0: no limit of its own. */
  readonly maxValueBytes: number;
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
