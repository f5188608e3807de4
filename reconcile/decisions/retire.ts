import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import { authorityCommand, AuthorityError } from "../records/authority_error.ts";
import { bucketKey, isAskedFor } from "../records/retired_resource.ts";
import { RESOURCE_KINDS, resourceKey, resourceOf } from "../resources/kinds.ts";
import { changePlace } from "../changes/change_place.ts";
import { plannedDeletions } from "./desired_state.ts";
import { keptBucket } from "./kept_data.ts";
import { boundBuckets } from "../records/known_buckets.ts";
import type {
  AuthorityRecord,
  Decision,
  Plan,
  RetiredBucket,
} from "../records/authority_record.ts";

/** What accepting a plan does to resources that are no longer asked for. */
export interface Retirement {
  readonly retired: readonly RetiredBucket[];
  /** What the decision says of it. */
  readonly decision: Pick<Decision, "retired" | "deleteData">;
}

/** Stands for every resource that a plan retires. */
export const ALL_RETIRED = "all";

/**
 * Retires what a plan takes out of the needs and marks the buckets that are to be deleted: each of
 * them is what the plan retires, or what was named. Data that is not named is kept.
 *
 * @param deleteData resources as `kv/orders`, or `all` for those that this plan retires; of what was
 *   retired earlier and left several buckets, one of them, as `kv/orders@svc_shop_orders`
 */
export function retire(
  record: AuthorityRecord,
  plan: Plan,
  deleteData: readonly string[],
  now: string,
): Result<Retirement, AuthorityError> {
  const unfinished = unfinishedDeletion(record, plan);
  if (unfinished !== undefined) return err(unfinished);
  const gone = newlyRetired(record, plan, now);
  const doomed = doomedBy(record, plan, deleteData, gone).take();
  if (isErr(doomed)) return doomed;
  const retired = [...record.retired, ...gone].map((resource) =>
    doomed.has(resource) ? { ...resource, deletedBy: plan.id } : resource
  );
  const decision = {
    ...(gone.length === 0 ? {} : {
      retired: Object.fromEntries(gone.map((bucket) => [resourceOf(bucket), bucket.name])),
    }),
    ...(doomed.size === 0 ? {} : { deleteData: [...doomed.values()].sort() }),
  };
  return ok({ retired, decision });
}

/** The buckets that are deleted, each with what the decision calls it. */
function doomedBy(
  record: AuthorityRecord,
  plan: Plan,
  deleteData: readonly string[],
  gone: readonly RetiredBucket[],
): Result<ReadonlyMap<RetiredBucket, string>, AuthorityError> {
  const doomed = new Map<RetiredBucket, string>();
  const planned: RetiredBucket[] = [];
  for (const { name, ...key } of plannedDeletions(plan)) {
    const asked = name === undefined ? resourceOf(key) : bucketKey({ ...key, name });
    const kept = keptBucket(record, plan.needs, asked).take();
    if (isErr(kept)) return kept;
    planned.push(kept);
    doomed.set(kept, bucketKey(kept));
  }
  for (const asked of deleteData) {
    const newly = gone.filter((bucket) => asked === ALL_RETIRED || isAskedFor(asked, bucket));
    for (const bucket of newly) {
      const stale = measuredElsewhere(plan, bucket);
      if (stale !== undefined) return err(stale);
      doomed.set(bucket, resourceOf(bucket));
    }
    const isKnown = asked === ALL_RETIRED || newly.length > 0 ||
      planned.some((bucket) => isAskedFor(asked, bucket));
    if (isKnown) continue;
    // What such a plan deletes was counted; it is no occasion to delete anything else.
    if (planned.length > 0) return err(notRetired(record, plan, asked, planned.map(bucketKey)));
    const isThere = record.retired.some((bucket) => isAskedFor(asked, bucket));
    if (!isThere) {
      const known = [...record.retired, ...gone].map(resourceOf);
      return err(notRetired(record, plan, asked, [...new Set(known)]));
    }
    const kept = keptBucket(record, plan.needs, asked).take();
    if (isErr(kept)) return kept;
    doomed.set(kept, bucketKey(kept));
  }
  return ok(doomed);
}

/** What a plan says of a removal holds for the bucket that was looked at, and for no other one. */
function measuredElsewhere(plan: Plan, bucket: RetiredBucket): AuthorityError | undefined {
  const resource = resourceOf(bucket);
  const { kind, alias } = bucket;
  const removal = plan.changes.find((change) => {
    const { section, name } = changePlace(change);
    return change.code === `${kind}.removed` && section === kind && name === alias;
  });
  const measured = removal?.impact?.bucket;
  if (measured === undefined || measured === bucket.name) return undefined;
  return new AuthorityError(
    "plan_outdated",
    `plan ${plan.id} says what ${measured} holds; ${resource} has its data in ${bucket.name} now`,
    "accept it without deleting the data, or reject it and present the contract again",
  );
}

/**
 * Resources that are bound, that were asked for until now, and that the plan neither keeps nor gives
 * another alias. What an earlier version renamed or took out is that version's doing, also when no
 * reconcile has seen it: its bucket may be in use under another alias.
 */
function newlyRetired(record: AuthorityRecord, plan: Plan, now: string): RetiredBucket[] {
  const bound = RESOURCE_KINDS.flatMap((kind) =>
    [...boundBuckets(kind, record).values()].map((bucket) => ({ kind, ...bucket }))
  );
  const known = new Set(record.retired.map(({ kind, name }) => resourceKey(kind, name)));
  const isBound = new Set(bound.map(resourceOf));
  return bound.flatMap(({ kind, alias, name, created }) => {
    const before = record.desired?.needs.resources[kind] ?? {};
    const wanted = plan.needs.resources[kind];
    // An alias that is not bound yet takes over the bucket of the alias that it had before.
    const renamed = Object.entries(wanted).some(([newAlias, { renamedFrom }]) =>
      renamedFrom === alias && !isBound.has(resourceOf({ kind, alias: newAlias }))
    );
    const goes = Object.hasOwn(before, alias) && !Object.hasOwn(wanted, alias) && !renamed;
    if (!goes || known.has(resourceKey(kind, name))) return [];
    const resource = { kind, alias, name, at: now };
    return [created === undefined ? resource : { ...resource, created }];
  });
}

/** Asking again for what is about to be deleted would leave open whether its data is there. */
function unfinishedDeletion(record: AuthorityRecord, plan: Plan): AuthorityError | undefined {
  const before = record.desired?.needs.resources;
  const again = record.retired.find(({ kind, alias, deletedBy }) =>
    deletedBy !== undefined && Object.hasOwn(plan.needs.resources[kind], alias) &&
    !Object.hasOwn(before?.[kind] ?? {}, alias)
  );
  if (again === undefined) return undefined;
  return new AuthorityError(
    "deletion_unfinished",
    `plan ${plan.id} asks for ${resourceOf(again)} again, whose old data is still being deleted`,
    "first finish that",
    { command: authorityCommand(record.deployment, "reconcile") },
  );
}

function notRetired(
  record: AuthorityRecord,
  plan: Plan,
  name: string,
  known: readonly string[],
): AuthorityError {
  const list = known.length === 0 ? "there is none" : `those are ${known.join(", ")}`;
  return new AuthorityError(
    "resource_not_retired",
    `${name.slice(0, 200)} is neither retired by plan ${plan.id} nor retired already`,
    `only data of retired resources of ${record.deployment} is deleted; ${list}`,
  );
}
