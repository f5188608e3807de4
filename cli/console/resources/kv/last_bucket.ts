import { isErr, ok } from "../../../../contracts/result.ts";
import type { KvBucket } from "../../../../runtime/kv/kv_bucket.ts";
import { openKvBucket } from "../../../../runtime/kv/nats/open_typed_kv.ts";
import type { OpenBucket } from "../../../commands/kv/open_kv_alias.ts";
import type { Visitor } from "../../visitor.ts";

const last = new WeakMap<Visitor["messaging"], KvBucket>();

/**
 * Opens a bucket, unless it is the one that the visitor has looked at last: that one knows its keys from the
 * page before, and follows what has changed since. Of others nothing is kept, because an index of many
 * keys takes memory.
 */
export async function lastBucket(
  { messaging }: Pick<Visitor, "messaging">,
  options: Parameters<OpenBucket>[0],
): ReturnType<OpenBucket> {
  const kept = last.get(messaging);
  if (kept?.name === options.binding.bucket) return ok(kept);
  const opened = (await openKvBucket(options)).take();
  if (isErr(opened)) return opened;
  last.set(messaging, opened);
  return ok(opened);
}
