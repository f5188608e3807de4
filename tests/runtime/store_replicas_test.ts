import { jetstreamManager } from "@nats-io/jetstream";
import { assert, assertEquals } from "@std/assert";
import { indexStream, objectStream } from "../../contracts/stored/store_names.ts";
import { openTypedStore } from "../../runtime/store/nats/open_typed_store.ts";
import { inboxPrefix } from "../../runtime/nats/connection.ts";
import type { TypedStore } from "../../runtime/store/typed_store.ts";
import { MessageProxy } from "../support/message_proxy.ts";
import { RawStore } from "../support/nats/raw_stores.ts";
import { NatsCluster } from "../support/nats_cluster.ts";
import { bytesOf, STORE, StoreServer } from "../support/store_server.ts";
import type { TrellisServer } from "../support/trellis_server.ts";

Deno.test("a replica that lags behind is waited for, and is not corruption", async () => {
  await using test = await StoreServer.start();
  await using proxy = new MessageProxy(test.server.url);
  const [direct, behind] = [await test.open(), await test.open({ url: proxy.url })];
  const bytes = bytesOf(2 << 20);
  await direct.put("a", bytes).orThrow();
  let lagging = 3;
  // What a replica says that has none of the chunks yet, and delivers none.
  proxy.fromServer = ({ subject, payload }) => {
    if (subject.startsWith("$O.")) return lagging > 0 ? undefined : payload;
    if (!payload.includes("consumer_create_response") || lagging === 0) return payload;
    lagging--;
    return payload.replace(/"num_pending":\d+/, '"num_pending":0');
  };
  const entry = await behind.get("a").orThrow();
  assertEquals(await entry.bytes().orThrow(), bytes);
  assertEquals(lagging, 0);
});

Deno.test("what a leader that is gone has not acknowledged is sent again", async () => {
  await using test = await StoreServer.start();
  await using proxy = new MessageProxy(test.server.url);
  const [direct, across] = [await test.open(), await test.open({ url: proxy.url })];
  const bytes = bytesOf(2 << 20);
  // Chunks that nobody takes, and then a new leader that is not ready: the connection is there all the time.
  let [lost, refused] = [5, 2];
  proxy.fromClient = ({ subject, payload }) => {
    return subject.startsWith("$O.") && lost-- > 0 ? undefined : payload;
  };
  proxy.fromServer = ({ payload }) => {
    if (!payload.startsWith('{"stream":"OBJ_') || refused-- <= 0) return payload;
    return JSON.stringify({ error: { code: 503, err_code: 10008, description: "not ready" } });
  };
  await across.put("a", bytes).orThrow();
  assertEquals(await (await direct.get("a").orThrow()).bytes().orThrow(), bytes);
  assert(lost <= 0 && refused <= 0);
});

Deno.test("on three replicas what was put can be read at once", async () => {
  await using cluster = await NatsCluster.start();
  await makeReplicated(cluster);
  const stores = await Promise.all(cluster.servers.map(openReplicated));
  for (let i = 0; i < 8; i++) {
    const bytes = bytesOf(1_200_000, i);
    const [writer, reader] = [stores[i % 3]!, stores[(i + 1) % 3]!];
    await writer.put(`k${i}`, bytes).orThrow();
    assertEquals(await (await reader.get(`k${i}`).orThrow()).bytes().orThrow(), bytes);
  }
});

/** Makes the store, with three replicas. */
async function makeReplicated(cluster: NatsCluster): Promise<void> {
  const { connection } = await cluster.servers[0]!.connect();
  await new RawStore(connection, STORE).create();
  const manager = await jetstreamManager(connection, { checkAPI: false });
  for (const stream of [indexStream(STORE), objectStream(STORE)]) {
    await manager.streams.update(stream, { num_replicas: 3 });
    await cluster.settled(stream);
  }
}

/** Opens the store over this server. */
async function openReplicated(server: TrellisServer): Promise<TypedStore> {
  const { connection, session } = await server.connect();
  const binding = { name: STORE, ttlMs: 0 };
  const options = { connection, inboxPrefix: inboxPrefix(session), binding, alias: "uploads" };
  return (await openTypedStore(options)).orThrow();
}
