import type { Action, RetireBucket } from "./action.ts";
import type { Placement } from "./placement.ts";
import { type BucketState, isSameBucket } from "../resources/bucket.ts";
import {
  type BoundBucket,
  boundBuckets,
  bucketsToDelete,
  publishedNames,
} from "../records/known_buckets.ts";
import { ancestryOf } from "../records/ancestry.ts";
import { notDeleted } from "./placement_problem.ts";
import type { AuthorityRecord, ResourceProblem } from "../records/authority_record.ts";
import type { ResourceKind } from "../resources/kinds.ts";

/** What happens to buckets that no alias is bound to any more. */
export interface Removals {
  readonly actions: readonly Action[];
  readonly problems: readonly ResourceProblem[];
  /** A bucket is to be deleted as soon as the bindings no longer name it. */
  readonly waiting: boolean;
}

/** Buckets that were bound and no longer are; those that an alias is only kept from stay its own. */
export function detachedBuckets(
  kind: ResourceKind,
  record: AuthorityRecord,
  all: readonly Pick<Placement, "kind" | "name" | "alias">[],
): readonly BoundBucket[] {
  const placements = all.filter((placement) => placement.kind === kind);
  const bound = boundBuckets(kind, record);
  const needs = record.desired?.needs;
  const lineage = record.materialized?.bindings.contract === needs?.contract;
  const placed = new Set(placements.map(({ alias }) => alias));
  const names = new Set(placements.map(({ name }) => name));
  const aliases = Object.keys(needs?.resources[kind] ?? {});
  // An alias that is to take over the bucket of another, and could not yet.
  const awaited = new Set(
    aliases.filter((alias) => !placed.has(alias) && !bound.has(alias))
      .map((alias) => needs && ancestryOf(kind, alias, [needs], bound).origin),
  );
  return [...bound.values()].filter(({ alias, name }) => {
    if (names.has(name)) return false;
    const kept = aliases.includes(alias) && !placed.has(alias);
    return !(lineage && (kept || awaited.has(alias)));
  });
}

/** Plans what is retired, and what of the retired a person decided to delete. */
export function planRemovals(
  kind: ResourceKind,
  record: AuthorityRecord,
  buckets: ReadonlyMap<string, BucketState>,
  placements: readonly Placement[],
): Removals {
  const doomed = bucketsToDelete(kind, record);
  const bound = publishedNames(kind, record);
  const actions: Action[] = detachedBuckets(kind, record, placements).map(
    ({ alias, name }): RetireBucket => ({ kind: "retire_bucket", subject: { kind, alias, name } }),
  );
  const problems: ResourceProblem[] = [];
  let waiting = false;
  for (const bucket of doomed.values()) {
    const { alias, name, deletedBy } = bucket;
    const state = buckets.get(name);
    const judged = state === undefined ? "gone" : deletionState(kind, record, bucket, state);
    if (judged === "gone" || state === undefined) continue;
    // A service may still write to what it is bound to: first the binding goes, then the data.
    if (bound.has(name)) waiting = true;
    else if (judged === "unclear") problems.push(notDeleted({ kind, alias, name }, state));
    else {
      const expected = { created: state.created, owner: state.owner };
      const subject = { kind, alias, name };
      actions.push({ kind: "delete_bucket", subject, expected, by: deletedBy });
    }
  }
  return { actions, problems, waiting };
}

/**
 * Whether a bucket that is to be deleted still is the one that was meant. `gone`: another was made in
 * its place; `unclear`: it is there, and does not say any more that it is the alias' own.
 */
export function deletionState(
  kind: ResourceKind,
  record: AuthorityRecord,
  { alias, created }: Pick<BoundBucket, "alias" | "created">,
  state: BucketState,
): "delete" | "gone" | "unclear" {
  const { owner } = state;
  const ours = owner !== undefined && owner.deployment === record.deployment &&
    owner.alias === alias && owner.kind === kind;
  if (ours) return "delete";
  return created !== undefined && !isSameBucket(created, state) ? "gone" : "unclear";
}
