/** Which bucket is meant where data that was kept is to be deleted after all. */
import { err, ok, type Result } from "../../contracts/result.ts";
import { authorityCommand, AuthorityError } from "../records/authority_error.ts";
import { bucketKey, isAskedFor } from "../records/retired_resource.ts";
import { resourceOf } from "../resources/kinds.ts";
import { boundBuckets } from "../records/known_buckets.ts";
import type { Needs } from "../needs/need_types.ts";
import type { AuthorityRecord, RetiredBucket } from "../records/authority_record.ts";

/**
 * The one bucket, of those that were retired earlier and are kept, that is to be deleted.
 *
 * @param needs what the deployment has, or would have when the data goes
 */
export function keptBucket(
  record: AuthorityRecord,
  needs: Needs,
  asked: string,
): Result<RetiredBucket, AuthorityError> {
  const { deployment, retired } = record;
  const meant = retired.filter((bucket) => isAskedFor(asked, bucket));
  const kept = meant.filter(({ deletedBy }) => deletedBy === undefined);
  const [bucket] = kept;
  if (bucket === undefined) return err(notKept(record, asked, meant[0]?.deletedBy));
  if (kept.length > 1) {
    return err(
      new AuthorityError(
        "resource_not_retired",
        `${asked} of ${deployment} left ${kept.length} sets of data, and it is not said which goes`,
        `name one: ${kept.map(bucketKey).join(", ")}`,
      ),
    );
  }
  if (isWantedAgain(record, needs, bucket)) {
    return err(
      new AuthorityError(
        "resource_not_retired",
        `${
          resourceOf(bucket)
        } of ${deployment} is asked for again, with the data in ${bucket.name}`,
        "to delete that, take the resource out of the contract first; if it is to have other " +
          "data, let that be made first",
        { command: authorityCommand(deployment, "reconcile") },
      ),
    );
  }
  return ok(bucket);
}

/** Whether an alias may get a bucket back: it is asked for, and does not have another one by now. */
function isWantedAgain(record: AuthorityRecord, needs: Needs, bucket: RetiredBucket): boolean {
  const { kind, alias, name } = bucket;
  const bound = boundBuckets(kind, record);
  const isSeen = record.materialized?.version === record.desired?.version;
  return Object.entries(needs.resources[kind]).some(([wanted, { renamedFrom }]) => {
    if (wanted !== alias && renamedFrom !== alias) return false;
    const current = bound.get(wanted);
    return !isSeen || current === undefined || current.name === name;
  });
}

/**
 * Nothing that is kept is what is to be deleted.
 *
 * @param deletedBy the plan that deletes it already
 */
export function notKept(
  { deployment, retired }: AuthorityRecord,
  asked: string,
  deletedBy?: string,
): AuthorityError {
  const names = retired.filter((bucket) => bucket.deletedBy === undefined).map((bucket) =>
    retired.some((other) => other !== bucket && resourceOf(other) === resourceOf(bucket))
      ? bucketKey(bucket)
      : resourceOf(bucket)
  );
  return new AuthorityError(
    "resource_not_retired",
    deletedBy === undefined
      ? `${deployment} has no retired resource ${asked.slice(0, 200)}`
      : `the data of ${asked} is being deleted already, by plan ${deletedBy}`,
    names.length === 0
      ? "nothing is retired: remove the resource from the contract first"
      : `retired are ${names.join(", ")}`,
  );
}
