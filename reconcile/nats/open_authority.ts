import { monotonicFactory } from "ulid";
import { mayBeClustered } from "../../runtime/nats/link/js_domain.ts";
import { AUTHORITY_BUCKET } from "../../contracts/stored/authority_records.ts";
import { EVENT_STREAM } from "../../contracts/stored/event_stream.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import { Authority } from "../authority/authority.ts";
import type { AuthorityError } from "../records/authority_error.ts";
import { explainUnled } from "../authority/explain_unled.ts";
import type { KeptStreams } from "../resources/kept_streams.ts";
import type { Signer } from "../records/chain.ts";
import type { ResourcePolicy } from "../resources/policy.ts";
import { whyNotKept } from "../../runtime/nats/jetstream/own_layout.ts";
import { attempt } from "./records/stored_message.ts";
import { openEventStream } from "./open_event_stream.ts";
import { NatsBucketScanner } from "./scan/nats_bucket_scanner.ts";
import { isStarting, managerOf } from "./buckets/jetstream_failure.ts";
import { ConnectionGate } from "../../runtime/nats/connection_gate.ts";
import { autoReplicasOf } from "./auto_replicas_of.ts";
import { NatsAuthorityStore } from "./records/nats_authority_store.ts";
import { NatsBuckets } from "./buckets/nats_buckets.ts";
import { NatsWorkStreams } from "./consumers/nats_work_streams.ts";
import { onceLed } from "./once_led.ts";
import { NatsKeptStreams } from "./nats_kept_streams.ts";
import { NatsOwnedStreams } from "./buckets/owned_streams.ts";

/** Streams without which there is no authority. */
const NEEDED = [`KV_${AUTHORITY_BUCKET}`, EVENT_STREAM];
/** Failures after which it is asked whether anybody still has them; each takes five seconds. */
const PATIENCE = 2;

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
  const isClustered = mayBeClustered(connection);
  const link = new ConnectionGate(connection);
  const streams = new NatsKeptStreams(connection, link);
  const open = () =>
    Promise.all([
      NatsAuthorityStore.open(connection, signer),
      openEventStream(manager, connection.info?.version, isClustered),
    ]);
  const [store, events] = await onceLed(open, {
    isUnled: (opened) => isClustered && opened.some(hasNoLeader),
    waitMs,
    // An election is over by then, so that what nobody answers for has lost its servers.
    isOver: async (failures) => failures >= PATIENCE && await isAbandoned(streams),
  });
  const there = connection.info?.connect_urls ?? [];
  if (store.isErr()) return err(await explained(store.error, streams, there));
  if (events.isErr()) return err(await explained(events.error, streams, there));
  const ulid = monotonicFactory();
  return ok(
    new Authority({
      store: store.value,
      buckets: new NatsBuckets(manager, link),
      work: new NatsWorkStreams(manager, link, connection.info?.version ?? ""),
      scanner: new NatsBucketScanner(connection, manager),
      streams: new NatsOwnedStreams(manager, link),
      kept: streams,
      sources: { now: () => new Date().toISOString(), id: () => ulid(), signer },
      serverVersion: () => connection.info?.version,
      whyNotKept: (layout) =>
        attempt(
          link,
          "see how the servers keep streams",
          async () => ok(await whyNotKept(manager, layout)),
        ),
      autoReplicas: autoReplicasOf(manager, link, () => mayBeClustered(connection)),
      ...(policy === undefined ? {} : { policy }),
    }),
  );
}

/** Whether no server answers for a stream without which there is no authority. */
async function isAbandoned(streams: KeptStreams): Promise<boolean> {
  const kept = (await streams.kept()).take();
  return !isErr(kept) && kept.some(({ stream, found }) => {
    return found === undefined && NEEDED.includes(stream);
  });
}

/** The error, and whether it is because of streams that nobody leads, while these servers are there. */
async function explained(
  error: AuthorityError,
  streams: KeptStreams,
  there: readonly string[],
): Promise<AuthorityError> {
  const kept = (await streams.kept()).take();
  return isErr(kept) ? error : explainUnled(error, kept, there);
}

function hasNoLeader(opened: Result<unknown, AuthorityError>): boolean {
  return opened.isErr() && isStarting(opened.error);
}
