import { err, ok, type Result } from "../contracts/result.ts";
import { AuthorityError } from "./authority_error.ts";
import { deletedResources } from "./desired_state.ts";
import { boundBuckets } from "./known_buckets.ts";
import type { AuthorityRecord, Decision, Plan, RetiredResource } from "./record.ts";
import { RESOURCE_KINDS, resourceKey } from "./resource_kind.ts";

/** What accepting a plan does to resources that are no longer asked for. */
export interface Retirement {
  readonly retired: readonly RetiredResource[];
  /** What the decision says of it. */
  readonly decision: Pick<Decision, "retired" | "deleteData">;
}

/** Stands for every resource that a plan retires. */
export const ALL_RETIRED = "all";

/**
 * Retires what a plan takes out of the needs and marks the data that is to be deleted: of resources
 * that the plan retires, or that were retired before. Data that nobody names is kept.
 *
 * @param deleteData resources as `kv/orders`, or `all` for those that this plan retires
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
  const names = new Set(deletedResources(plan));
  for (const asked of deleteData) {
    if (asked !== ALL_RETIRED) names.add(asked);
    else for (const resource of gone) names.add(resourceOf(resource));
  }
  const known = new Set([...record.retired, ...gone].map(resourceOf));
  for (const name of names) {
    if (!known.has(name)) return err(notRetired(record, plan, name, [...known]));
  }
  const retired = [...record.retired, ...gone].map((resource) =>
    names.has(resourceOf(resource)) && resource.deletedBy === undefined
      ? { ...resource, deletedBy: plan.id }
      : resource
  );
  const decision = {
    ...(gone.length === 0 ? {} : {
      retired: Object.fromEntries(gone.map((one) => [resourceOf(one), one.name])),
    }),
    ...(names.size === 0 ? {} : { deleteData: [...names].sort() }),
  };
  return ok({ retired, decision });
}

/** `kv/orders` */
export function resourceOf({ kind, alias }: Pick<RetiredResource, "kind" | "alias">): string {
  return resourceKey(kind, alias);
}

/**
 * Resources that are bound, that were asked for until now, and that the plan neither keeps nor gives
 * another alias. What an earlier version renamed or took out is that version's doing, also when no
 * reconcile has seen it: its bucket may be in use under another alias.
 */
function newlyRetired(record: AuthorityRecord, plan: Plan, now: string): RetiredResource[] {
  const bound = RESOURCE_KINDS.flatMap((kind) =>
    [...boundBuckets(kind, record).values()].map((bucket) => ({ kind, ...bucket }))
  );
  const known = new Set(record.retired.map(({ kind, name }) => resourceKey(kind, name)));
  const isBound = new Set(bound.map(resourceOf));
  return bound.flatMap(({ kind, alias, name, created }) => {
    const before = record.desired?.needs.resources[kind] ?? {};
    const wanted = plan.needs.resources[kind];
    // An alias that is not bound yet takes over the bucket of the alias that it had before.
    const renamed = Object.entries(wanted).some(([other, { renamedFrom }]) =>
      renamedFrom === alias && !isBound.has(resourceOf({ kind, alias: other }))
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
    `first finish that: trellis svc ${record.deployment} authority reconcile`,
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
    `${name.slice(0, 80)} is neither retired by plan ${plan.id} nor retired already`,
    `only data of retired resources of ${record.deployment} is deleted; ${list}`,
  );
}
