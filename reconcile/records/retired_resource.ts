/** How buckets are named where their data is to be deleted: one alias may have left several. */
import type { Decision } from "./authority_record.ts";
import { resourceOf, type Subject } from "../resources/kinds.ts";

/** Names one bucket of a resource, as `kv/orders@svc_shop_orders`. */
export function bucketKey(bucket: Subject): string {
  return `${resourceOf(bucket)}@${bucket.name}`;
}

/** Whether a bucket is what was asked for, as `kv/orders` or `kv/orders@svc_shop_orders`. */
export function isAskedFor(asked: string, bucket: Subject): boolean {
  return asked === resourceOf(bucket) || asked === bucketKey(bucket);
}

/**
 * Whether a decision deletes the data of a bucket. A decision that names the resource alone means the
 * bucket that it retires itself; older ones, which do not say which that is, mean every one.
 */
export function decidedToDelete(
  { deleteData = [], retired = {} }: Pick<Decision, "deleteData" | "retired">,
  bucket: Subject,
): boolean {
  const resource = resourceOf(bucket);
  if (deleteData.includes(bucketKey(bucket))) return true;
  if (!deleteData.includes(resource)) return false;
  return !Object.hasOwn(retired, resource) || retired[resource] === bucket.name;
}
