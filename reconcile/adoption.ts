import { err, ok, type Result } from "../contracts/result.ts";
import { planActions } from "./actions.ts";
import type { AuthorityError } from "./authority_error.ts";
import type { BucketState } from "./bucket.ts";
import type { Needs } from "./needs.ts";
import { candidateNames } from "./placement.ts";
import type { BucketWorld } from "./ports.ts";
import { readBuckets } from "./read_buckets.ts";
import type { AuthorityRecord } from "./record.ts";
import { RESOURCE_KINDS, resourceKey } from "./resource_kind.ts";

/**
 * Buckets that stand where a new resource would go and that say of nobody that they are his: taking
 * one over is for a person to allow. By resource, as `kv/orders`.
 *
 * A bucket that names another owner is never among them, whether its deployment still lives or not:
 * that cannot be known from here, and the resource gets a name of its own. Nor is a bucket of another
 * lineage of the same deployment: each lineage has its own data.
 *
 * @param record of the deployment; undefined when there is none yet
 */
export async function adoptionCandidates(
  deployment: string,
  needs: Needs,
  record: AuthorityRecord | undefined,
  world: Pick<BucketWorld, "read">,
): Promise<Result<ReadonlyMap<string, BucketState>, AuthorityError>> {
  const isNew = new Set(RESOURCE_KINDS.flatMap((kind) => {
    const before = record?.desired?.needs.resources[kind] ?? {};
    return Object.entries(needs.resources[kind]).filter(([alias, { renamedFrom }]) =>
      !Object.hasOwn(before, alias) &&
      (renamedFrom === undefined || !Object.hasOwn(before, renamedFrom))
    ).map(([alias]) => resourceKey(kind, alias));
  }));
  if (isNew.size === 0) return ok(new Map());
  // Asked of the reconciler itself: where would it go, if all this was accepted?
  const accepted = ifAccepted(deployment, needs, record);
  const buckets = await readBuckets(candidateNames(accepted), world);
  if (buckets.isErr()) return err(buckets.error);
  const { candidates } = planActions(accepted, buckets.value);
  return ok(new Map([...candidates].filter(([resource]) => isNew.has(resource))));
}

function ifAccepted(
  deployment: string,
  needs: Needs,
  record: AuthorityRecord | undefined,
): AuthorityRecord {
  const before = record ??
    {
      format: "trellis.authority.v1",
      deployment,
      mode: "strict",
      modeBy: "",
      retired: [],
      history: [],
    } as const;
  const version = (record?.desired?.version ?? 0) + 1;
  return { ...before, desired: { version, planId: "", needs, digests: [needs.digest] } };
}
