import { monotonicFactory } from "ulid";
import { err, ok, type Result } from "../../contracts/result.ts";
import { Authority } from "../authority/authority.ts";
import type { AuthorityError } from "../records/authority_error.ts";
import type { Signer } from "../records/chain.ts";
import type { ResourcePolicy } from "../resources/policy.ts";
import { openEventStream } from "./open_event_stream.ts";
import { NatsBucketScanner } from "./scan/nats_bucket_scanner.ts";
import { backoffMs } from "../reconciler/backoff.ts";
import { isStarting, managerOf } from "./buckets/jetstream_failure.ts";
import { ConnectionGate } from "../../runtime/nats/connection_gate.ts";
import { autoReplicasOf } from "./auto_replicas_of.ts";
import { NatsAuthorityStore } from "./records/nats_authority_store.ts";
import { NatsBuckets } from "./buckets/nats_buckets.ts";
import { NatsWorkStreams } from "./consumers/nats_work_streams.ts";
import { NatsKeptStreams } from "./nats_kept_streams.ts";
import { NatsOwnedStreams } from "./buckets/owned_streams.ts";

/** What an authority may be given beside its connection. */
export interface OpenAuthorityOptions {
  /** What contracts may ask for at most; as it is stored for all processes when left out. */
  readonly policy?: ResourcePolicy;
  /** Signs what is decided and written; missing where nobody has a key. */
  readonly signer?: Signer | undefined;
  /** Milliseconds that a cluster without a leader is given to choose one; 15000 unless given. */
  readonly waitMs?: number;
}

/**
 * The authority whose records are on a NATS server. Makes their bucket and the stream of events where
 * they are not there. The connection must be allowed to manage streams.
 */
export async function openAuthority(
  connection: Parameters<typeof managerOf>[0],
  { policy, signer, waitMs = 15_000 }: OpenAuthorityOptions = {},
): Promise<Result<Authority, AuthorityError>> {
  const manager = await managerOf(connection);
  const isClustered = connection.info?.cluster !== undefined;
  const open = () =>
    Promise.all([
      NatsAuthorityStore.open(connection, signer),
      openEventStream(manager, connection.info?.version, isClustered),
    ]);
  let [store, events] = await open();
  // A cluster that has just started answers when it has chosen its leaders.
  const deadline = performance.now() + waitMs;
  for (let failures = 1; isClustered && [store, events].some(hasNoLeader); failures++) {
    const pause = backoffMs(failures, Math.random(), { firstMs: 50, maxMs: 1000 });
    if (performance.now() + pause > deadline) break;
    await new Promise((resolve) => setTimeout(resolve, pause));
    [store, events] = await open();
  }
  if (store.isErr()) return err(store.error);
  if (events.isErr()) return err(events.error);
  const ulid = monotonicFactory();
  const link = new ConnectionGate(connection);
  return ok(
    new Authority({
      store: store.value,
      buckets: new NatsBuckets(manager, link),
      work: new NatsWorkStreams(manager, link, connection.info?.version ?? ""),
      scanner: new NatsBucketScanner(connection, manager),
      streams: new NatsOwnedStreams(manager, link),
      kept: new NatsKeptStreams(connection, link),
      sources: { now: () => new Date().toISOString(), id: () => ulid(), signer },
      serverVersion: () => connection.info?.version,
      autoReplicas: autoReplicasOf(manager, link, () => connection.info?.cluster !== undefined),
      ...(policy === undefined ? {} : { policy }),
    }),
  );
}

function hasNoLeader(opened: Result<unknown, AuthorityError>): boolean {
  return opened.isErr() && isStarting(opened.error.cause);
}
