import { monotonicFactory } from "ulid";
import { err, ok, type Result } from "../../contracts/result.ts";
import { Authority } from "../authority.ts";
import type { AuthorityError } from "../authority_error.ts";
import type { ResourcePolicy } from "../policy.ts";
import { openEventStream } from "./event_stream.ts";
import { NatsBucketScanner } from "./impact_scan.ts";
import { managerOf } from "./jetstream_failure.ts";
import { Link } from "./link.ts";
import { NatsAuthorityStore } from "./nats_authority_store.ts";
import { NatsBucketWorld } from "./nats_bucket_world.ts";
import { NatsStreamCensus } from "./stream_census.ts";

/** What an authority may be given beside its connection. */
export interface OpenAuthorityOptions {
  /** What contracts may ask for at most; as it is stored for all processes when left out. */
  readonly policy?: ResourcePolicy;
}

/**
 * The authority whose records are on a NATS server. Makes their bucket and the stream of events where
 * they are not there. The connection must be allowed to manage streams.
 */
export async function openAuthority(
  connection: Parameters<typeof managerOf>[0],
  { policy }: OpenAuthorityOptions = {},
): Promise<Result<Authority, AuthorityError>> {
  const manager = await managerOf(connection);
  const [store, events] = await Promise.all([
    NatsAuthorityStore.open(connection),
    openEventStream(manager),
  ]);
  if (store.isErr()) return err(store.error);
  if (events.isErr()) return err(events.error);
  const ulid = monotonicFactory();
  const link = new Link(connection);
  return ok(
    new Authority({
      store: store.value,
      world: new NatsBucketWorld(manager, link),
      scanner: new NatsBucketScanner(connection, manager),
      census: new NatsStreamCensus(manager, link),
      sources: { now: () => new Date().toISOString(), id: () => ulid() },
      ...(policy === undefined ? {} : { policy }),
    }),
  );
}
