import type { Contract } from "../../../contracts/define/contract.ts";
import type { Bindings } from "../../../contracts/stored/bindings.ts";
import { inboxPrefix } from "../../nats/connection.ts";
import { JetStreamRequests } from "../../nats/jetstream/jetstream_requests.ts";
import type { NatsMessaging } from "../../rpc/nats/nats_messaging.ts";
import type { TransactionBucket } from "../open_transact.ts";
import { NatsTransactionBucket } from "./nats_transaction_bucket.ts";

/** The buckets of a contract that take transactions, where they are bound, by alias. */
export function transactionBuckets(
  { manifest, digest }: Contract,
  { line, session }: NatsMessaging,
  { kv }: Pick<Bindings, "kv">,
): ReadonlyMap<string, TransactionBucket> {
  const requests = JetStreamRequests.of(line, inboxPrefix(session));
  const buckets = new Map<string, TransactionBucket>();
  for (const [alias, need] of Object.entries(manifest.resources?.kv ?? {})) {
    const binding = kv[alias];
    if (need.outbox !== true || binding === undefined) continue;
    const embedded = manifest.schemas?.[need.schema.schema];
    const schema = typeof embedded === "object" ? embedded : {};
    buckets.set(
      alias,
      new NatsTransactionBucket({ requests, binding, alias, schema, digest }),
    );
  }
  return buckets;
}
