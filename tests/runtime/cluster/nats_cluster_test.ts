import { assert, assertEquals } from "@std/assert";
import { openAuthority } from "../../../reconcile/nats/open_authority.ts";
import { NatsEventPublisher } from "../../../runtime/events/nats/nats_event_publisher.ts";
import { inboxPrefix } from "../../../runtime/nats/connection.ts";
import { NatsStateStore } from "../../../runtime/platform/state/nats/nats_state_store.ts";
import { connectMessaging } from "../../../runtime/rpc/nats/nats_messaging.ts";
import { NatsCluster } from "../../support/nats_cluster.ts";

Deno.test("each server of a secured cluster lets in who has the keys, and knows all streams", async () => {
  await using cluster = await NatsCluster.startSecured();
  const config = { name: "KEEP", subjects: ["keep.*"], storage: "file", num_replicas: 3 };
  await cluster.ask("$JS.API.STREAM.CREATE.KEEP", JSON.stringify(config));
  await cluster.settled("KEEP");
  for (const server of cluster.servers) {
    const ack = await (await server.platform()).request("keep.a", "1");
    assertEquals(ack.json<{ stream: string }>().stream, "KEEP");
  }
});

Deno.test("three servers go on with a stream that has refused a write under the id of another one", async () => {
  await using cluster = await NatsCluster.start();
  await using messaging = (await connectMessaging({ servers: cluster.urls, name: "test" }))
    .orThrow();
  const { connection, line, session } = messaging;
  const place = { line, inboxPrefix: inboxPrefix(session) };
  const [store, authority] = await Promise.all([
    NatsStateStore.open(place),
    openAuthority(connection),
  ]);
  authority.orThrow();
  await cluster.allSettled();

  const when = { kind: "absent" } as const;
  const now = Date.now();
  const put = async (operation: string, key = "n.s.k") => {
    const bytes = new TextEncoder().encode("{}");
    return (await store.write({ key, bytes, when, operation, now })).orThrow().kind;
  };
  assertEquals([await put("one"), await put("two"), await put("one")], [
    "stored",
    "refused",
    "stored",
  ]);
  assertEquals(await put("three", "n.s.l"), "stored");

  const events = new NatsEventPublisher(line, place.inboxPrefix);
  const publish = (id: string) =>
    events.publish({
      subject: "events.v1.Order.Placed.o1",
      body: "{}",
      metadata: { id, time: new Date(now).toISOString() },
    }, { expected: { subjects: "events.v1.Order.*.o1", sequence: 0 } });
  const stored = (await publish("one")).orThrow();
  assert((await publish("two")).isErr());
  assertEquals((await publish("one")).orThrow(), stored);
  await cluster.allSettled();
});
