import type { BucketSettings } from "./bucket.ts";

/** Limits that a platform sets to what contracts may ask for; none where left out. */
export interface ResourcePolicy {
  readonly maxTtlMs?: number;
  readonly maxHistory?: number;
  readonly maxValueBytes?: number;
  readonly maxTotalBytes?: number;
  readonly maxObjectBytes?: number;
}

/** A policy as it is stored, for every process that reconciles. */
export interface StoredPolicy {
  readonly format: "trellis.policy.v1";
  readonly limits: ResourcePolicy;
}

/** The limit of a policy for each setting. */
export const POLICY_LIMITS: Readonly<Record<string, keyof ResourcePolicy>> = {
  history: "maxHistory",
  ttlMs: "maxTtlMs",
  maxValueBytes: "maxValueBytes",
  maxTotalBytes: "maxTotalBytes",
  maxObjectBytes: "maxObjectBytes",
};

/** What a bucket gets of what its contract asks for. */
export function clampBucket(settings: BucketSettings, policy: ResourcePolicy): BucketSettings {
  return Object.fromEntries(
    Object.entries(settings).map(([field, asked]) => {
      const limit = POLICY_LIMITS[field];
      return [field, clampLimit(asked, limit === undefined ? undefined : policy[limit])];
    }),
  );
}

/** A limit within another, where 0 means none: what was unlimited gets the other. */
export function clampLimit(limit: number, max: number | undefined): number {
  if (max === undefined) return limit;
  return limit === 0 ? max : Math.min(limit, max);
}
