import { type BucketSettings, isSettingName, type SettingName, SETTINGS } from "./settings.ts";
import type { LayoutPolicies } from "./stream_layout.ts";

/** Limits that a platform sets to what contracts may ask for; none where left out. */
export type ResourceLimits = {
  readonly [Limit in typeof SETTINGS[SettingName]["policy"]]?: number;
};

/** What a platform sets for all its contracts: limits, and how their streams are kept. */
export type ResourcePolicy = ResourceLimits & LayoutPolicies;

/** A policy as it is stored, for every process that reconciles. */
export interface StoredPolicy {
  /** The first where there is no layout, so that an older Trellis reads it too. */
  readonly format: "trellis.policy.v1" | "trellis.policy.v2";
  readonly limits: ResourceLimits;
  readonly layout?: LayoutPolicies;
}

/** A policy as it is stored. */
export function storedPolicy(
  { replicas, placement, deployments, ...limits }: ResourcePolicy,
): StoredPolicy {
  const layout = {
    ...(replicas === undefined ? {} : { replicas }),
    ...(placement === undefined ? {} : { placement }),
    ...(deployments === undefined ? {} : { deployments }),
  };
  return Object.keys(layout).length === 0
    ? { format: "trellis.policy.v1", limits }
    : { format: "trellis.policy.v2", limits, layout };
}

/** What a bucket gets of what its contract asks for. */
export function clampBucket(settings: BucketSettings, policy: ResourceLimits): BucketSettings {
  const limits = Object.keys(settings).filter(isSettingName)
    .map((name) => [name, clampLimit(settings[name] ?? 0, policy[SETTINGS[name].policy])]);
  return { ...settings, ...Object.fromEntries(limits) };
}

/** A limit within another, where 0 means none: what was unlimited gets the other. */
export function clampLimit(limit: number, max: number | undefined): number {
  if (max === undefined) return limit;
  return limit === 0 ? max : Math.min(limit, max);
}
