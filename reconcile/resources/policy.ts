import { type BucketSettings, isSettingName, type SettingName, SETTINGS } from "./settings.ts";

/** Limits that a platform sets to what contracts may ask for; none where left out. */
export type ResourcePolicy = {
  readonly [Limit in typeof SETTINGS[SettingName]["policy"]]?: number;
};

/** A policy as it is stored, for every process that reconciles. */
export interface StoredPolicy {
  readonly format: "trellis.policy.v1";
  readonly limits: ResourcePolicy;
}

/** What a bucket gets of what its contract asks for. */
export function clampBucket(settings: BucketSettings, policy: ResourcePolicy): BucketSettings {
  const limits = Object.keys(settings).filter(isSettingName)
    .map((name) => [name, clampLimit(settings[name] ?? 0, policy[SETTINGS[name].policy])]);
  return { ...settings, ...Object.fromEntries(limits) };
}

/** A limit within another, where 0 means none: what was unlimited gets the other. */
export function clampLimit(limit: number, max: number | undefined): number {
  if (max === undefined) return limit;
  return limit === 0 ? max : Math.min(limit, max);
}
