import type { BucketSettings } from "./bucket.ts";

/** Limits that a platform sets to what contracts may ask for; none where left out. */
export interface ResourcePolicy {
  readonly maxTtlMs?: number;
  readonly maxHistory?: number;
  readonly maxValueBytes?: number;
  readonly maxTotalBytes?: number;
  readonly maxObjectBytes?: number;
}

/** What a bucket gets of what its contract asks for. */
export function clampBucket(settings: BucketSettings, policy: ResourcePolicy): BucketSettings {
  return {
    history: Math.min(settings.history, policy.maxHistory ?? Infinity),
    ttlMs: clampLimit(settings.ttlMs, policy.maxTtlMs),
    maxValueBytes: clampLimit(settings.maxValueBytes, policy.maxValueBytes),
  };
}

/** A limit within another, where 0 means none: what was unlimited gets the other. */
export function clampLimit(limit: number, max: number | undefined): number {
  if (max === undefined) return limit;
  return limit === 0 ? max : Math.min(limit, max);
}
