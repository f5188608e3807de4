import { jetstream } from "@nats-io/jetstream";
import { monotonicFactory } from "ulid";
import { err, ok, type Result } from "../../contracts/result.ts";
import { Authority } from "../authority.ts";
import type { AuthorityError } from "../authority_error.ts";
import { openEventStream } from "./event_stream.ts";
import { managerOf } from "./jetstream_failure.ts";
import { NatsAuthorityStore } from "./nats_authority_store.ts";
import { NatsBucketWorld } from "./nats_bucket_world.ts";

/**
 * The authority whose records are on a NATS server. Makes their bucket and the stream of events where
 * they are not there. The connection must be allowed to manage streams.
 */
export async function openAuthority(
  connection: Parameters<typeof managerOf>[0],
): Promise<Result<Authority, AuthorityError>> {
  const manager = await managerOf(connection);
  const client = jetstream(connection);
  const [store, events] = await Promise.all([
    NatsAuthorityStore.open(manager, client),
    openEventStream(manager),
  ]);
  if (store.isErr()) return err(store.error);
  if (events.isErr()) return err(events.error);
  const ulid = monotonicFactory();
  return ok(
    new Authority({
      store: store.value,
      world: new NatsBucketWorld(manager),
      sources: { now: () => new Date().toISOString(), id: () => ulid() },
    }),
  );
}
