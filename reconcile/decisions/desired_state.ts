import { changePlace } from "../changes/change_place.ts";
import { isRecord } from "../../contracts/json/json.ts";
import type { BucketIdentity, Desired, Plan } from "../records/authority_record.ts";
import { parseResourceKey, type ResourceKind } from "../resources/kinds.ts";

const MAX_DIGESTS = 32;

/** The digests that may run once `digest` is accepted as well; the newest last, a bounded number. */
export function runnable(before: readonly string[], digest: string): readonly string[] {
  return [...before.filter((known) => known !== digest), digest].slice(-MAX_DIGESTS);
}

/**
 * The desired state once a plan is accepted. After an update the contracts that ran before may run
 * on, after a migration or a rollback they may not. After a rollback the next change waits for a
 * person: what was taken back does not come back by the saving of a file.
 */
export function desiredAfter(before: Desired | undefined, plan: Plan): Desired {
  const { digest } = plan.needs;
  const isRollback = plan.rollbackTo !== undefined;
  const keepsNeeds = plannedDeletions(plan).length > 0;
  const digests = isRollback || (plan.kind === "migration" && !keepsNeeds)
    ? [digest]
    : runnable(before?.digests ?? [], digest);
  const rollbackTo = keepsNeeds ? before?.rollbackTo : plan.rollbackTo;
  const adopts = adoptsAfter(before, plan);
  return {
    version: (before?.version ?? 0) + 1,
    planId: plan.id,
    needs: plan.needs,
    digests,
    ...(rollbackTo === undefined ? {} : { rollbackTo }),
    ...(Object.keys(adopts).length === 0 ? {} : { adopts }),
  };
}

/** The desired state once another digest of the same needs may run. */
export function refreshed(before: Desired, needs: Desired["needs"]): Desired {
  return { ...before, needs, digests: runnable(before.digests, needs.digest) };
}

/** A retired bucket whose data a plan is made to delete. */
export interface PlannedDeletion {
  readonly kind: ResourceKind;
  readonly alias: string;
  /** Undefined in plans that do not say it. */
  readonly name: string | undefined;
}

/** The buckets whose data a plan is made to delete; such a plan changes no needs. */
export function plannedDeletions(plan: Pick<Plan, "changes">): readonly PlannedDeletion[] {
  return plan.changes.flatMap((change) => {
    const { section: kind, name: alias } = changePlace(change);
    if (kind !== "kv" && kind !== "store") return [];
    if (change.code !== `${kind}.data.deleted`) return [];
    const bucket = isRecord(change.before) ? change.before.bucket : undefined;
    return [{ kind, alias, name: typeof bucket === "string" ? bucket : undefined }];
  });
}

function adoptsAfter(
  before: Desired | undefined,
  { needs, adopts }: Plan,
): Readonly<Record<string, BucketIdentity>> {
  const kept = Object.entries(before?.adopts ?? {}).filter(([resource]) => {
    const key = parseResourceKey(resource);
    return key !== undefined && Object.hasOwn(needs.resources[key.kind], key.alias);
  });
  return { ...Object.fromEntries(kept), ...adopts };
}
