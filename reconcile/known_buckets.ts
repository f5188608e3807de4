import type { BucketSettings } from "./bucket.ts";
import type { AuthorityRecord, RetiredResource } from "./record.ts";

/** A bucket that the record of a deployment knows of. */
export interface KnownBucket {
  readonly alias: string;
  readonly name: string;
  /** Undefined in records that do not tell. */
  readonly created: string | undefined;
  /** What was declared for it; undefined for a bucket that was retired. */
  readonly settings: BucketSettings | undefined;
}

/** The key of a KV alias among resources. */
export function kvResource(alias: string): string {
  return `kv/${alias}`;
}

/** The buckets that the last reconcile bound KV aliases to, or found them kept from, by alias. */
export function boundBuckets(record: AuthorityRecord): ReadonlyMap<string, KnownBucket> {
  const { bindings, buckets } = record.materialized ?? {};
  const known = new Map<string, KnownBucket>();
  for (const [alias, { bucket, history, ttlMs, maxValueBytes = 0 }] of entries(bindings?.kv)) {
    const settings = { history, ttlMs, maxValueBytes };
    known.set(alias, { alias, name: bucket, created: undefined, settings });
  }
  for (const [resource, { name, created, settings }] of entries(buckets)) {
    if (!resource.startsWith("kv/")) continue;
    const alias = resource.slice("kv/".length);
    known.set(alias, { alias, name, created: created || undefined, settings });
  }
  return known;
}

/** The buckets of KV aliases whose data was kept when they went. */
export function retiredBuckets(record: AuthorityRecord): readonly RetiredResource[] {
  return record.retired.filter(({ kind }) => kind === "kv");
}

/**
 * Buckets that a person decided to delete, by name. A decision that was not reconciled yet concerns
 * the bucket that was bound then.
 */
export function doomedBuckets(
  record: AuthorityRecord,
): ReadonlyMap<string, KnownBucket & { readonly deletedBy: string }> {
  const doomed = new Map<string, KnownBucket & { readonly deletedBy: string }>();
  for (const { alias, name, created, deletedBy } of retiredBuckets(record)) {
    if (deletedBy === undefined) continue;
    doomed.set(name, { alias, name, created, settings: undefined, deletedBy });
  }
  const reconciled = record.materialized?.version ?? 0;
  const bound = boundBuckets(record);
  for (const { outcome, version, deleteData = [], planId } of record.history) {
    if (outcome !== "accepted" || version <= reconciled) continue;
    for (const bucket of bound.values()) {
      if (!deleteData.includes(kvResource(bucket.alias)) || doomed.has(bucket.name)) continue;
      doomed.set(bucket.name, { ...bucket, deletedBy: planId });
    }
  }
  return doomed;
}

function entries<T>(map: Readonly<Record<string, T>> | undefined): [string, T][] {
  return Object.entries(map ?? {});
}
