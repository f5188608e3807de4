import type { BucketSettings } from "../resources/settings.ts";
import { decidedToDelete } from "./retired_resource.ts";
import type { AuthorityRecord, RetiredBucket } from "./authority_record.ts";
import { parseResourceKey, type ResourceKind } from "../resources/kinds.ts";
import { RESOURCE_RULES } from "../resources/resource_rules.ts";

/** A bucket that an alias is bound to, as the record says. */
export interface BoundBucket {
  readonly alias: string;
  readonly name: string;
  /** Undefined in records that do not say it. */
  readonly created: string | undefined;
  /** What was declared for it. */
  readonly settings: BucketSettings;
}

/** A bucket that a person decided to delete. */
type BucketToDelete = Omit<BoundBucket, "settings"> & { readonly deletedBy: string };

/** The buckets that the last reconcile bound aliases to, or found them kept from, by alias. */
export function boundBuckets(
  kind: ResourceKind,
  record: AuthorityRecord,
): ReadonlyMap<string, BoundBucket> {
  const { bindings, buckets } = record.materialized ?? {};
  const known = new Map<string, BoundBucket>();
  for (const [alias, bound] of entries(bindings && RESOURCE_RULES[kind].bound(bindings))) {
    known.set(alias, { alias, created: undefined, ...bound });
  }
  for (const [resource, { name, created, settings }] of entries(buckets)) {
    const key = parseResourceKey(resource);
    if (key?.kind !== kind) continue;
    known.set(key.alias, { alias: key.alias, name, created: created || undefined, settings });
  }
  return known;
}

/** Names of the buckets in the bindings of services. */
export function publishedNames(kind: ResourceKind, record: AuthorityRecord): ReadonlySet<string> {
  const { bindings } = record.materialized ?? {};
  return new Set(
    entries(bindings && RESOURCE_RULES[kind].bound(bindings)).map(([, { name }]) => name),
  );
}

/** The buckets of aliases whose data was kept when they went. */
export function retiredBuckets(
  kind: ResourceKind,
  record: AuthorityRecord,
): readonly RetiredBucket[] {
  return record.retired.filter((bucket) => bucket.kind === kind);
}

/**
 * Buckets that a person decided to delete, by name. A decision that was not reconciled yet concerns
 * the bucket that was bound then.
 */
export function bucketsToDelete(
  kind: ResourceKind,
  record: AuthorityRecord,
): ReadonlyMap<string, BucketToDelete> {
  const doomed = new Map<string, BucketToDelete>();
  for (const { alias, name, created, deletedBy } of retiredBuckets(kind, record)) {
    if (deletedBy === undefined) continue;
    doomed.set(name, { alias, name, created, deletedBy });
  }
  const reconciled = record.materialized?.version ?? 0;
  const bound = boundBuckets(kind, record);
  for (const decision of record.history) {
    const { outcome, version, planId } = decision;
    if (outcome !== "accepted" || version <= reconciled) continue;
    for (const bucket of bound.values()) {
      const { alias, name, created } = bucket;
      if (doomed.has(name) || !decidedToDelete(decision, { kind, alias, name })) continue;
      // Where it marked another bucket of the alias, that one is meant, and not what it has now.
      const marked = [...doomed.values()].some((known) =>
        known.deletedBy === planId && known.alias === alias
      );
      if (!marked) doomed.set(name, { alias, name, created, deletedBy: planId });
    }
  }
  return doomed;
}

function entries<T>(map: Readonly<Record<string, T>> | undefined): [string, T][] {
  return Object.entries(map ?? {});
}
