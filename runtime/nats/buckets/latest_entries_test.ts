import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import { assertEquals, assertRejects } from "@std/assert";
import { openConnection } from "../connection.ts";
import "../../host/deno_host.ts";
import { MessagingTestServer } from "../../../tests/support/messaging_server.ts";
import { TcpProxy } from "../../../tests/support/tcp_proxy.ts";
import { SecuredServer } from "../../../tests/support/secured_server.ts";
import { shared } from "../../../tests/support/shared.ts";
import { latestEntries } from "./latest_entries.ts";

const server = shared(() => SecuredServer.start());

Deno.test("the latest values of a bucket are read in batches, and nothing of keys that were deleted", async () => {
  const connection = await (await server()).platform();
  const kv = await new Kvm(jetstream(connection)).create("many", { history: 3 });
  const read = async (most?: number) => {
    const found = new Map<string, string>();
    for await (const { key, string } of latestEntries(connection, "many", most)) {
      found.set(key, string());
    }
    return found;
  };
  assertEquals(await read(), new Map());
  const keys = Array.from({ length: 600 }, (_, at) => `key.${at}`);
  await Promise.all(keys.map((key) => kv.put(key, "old")));
  await Promise.all(keys.map((key) => kv.put(key, `new ${key}`)));
  await kv.delete("key.7");
  await kv.purge("key.8");
  const left = keys.filter((key) => key !== "key.7" && key !== "key.8");
  const found = await read();
  assertEquals([...found.keys()].sort(), left.toSorted());
  assertEquals(left.every((key) => found.get(key) === `new ${key}`), true);
  assertEquals((await read(300)).size, 300);
  const manager = await jetstreamManager(connection);
  const { state } = await manager.streams.info("KV_many");
  assertEquals(state.consumer_count, 0);
});

Deno.test("a reading of a bucket ends where its connection or its server is lost", async () => {
  await using server = await SecuredServer.start();
  const connection = await server.platform();
  const other = await server.platform();
  const kv = await new Kvm(jetstream(connection)).create("lost");
  await Promise.all(Array.from({ length: 600 }, (_, at) => kv.put(`${at}`, "value")));
  const read = (link: typeof connection, lose: () => Promise<unknown>) =>
    assertRejects(async () => {
      let count = 0;
      for await (const _ of latestEntries(link, "lost")) if (++count === 1) await lose();
    });
  await read(other, () => other.close());
  await read(connection, () => server.kill());
});

Deno.test("a reading of a bucket goes on when the connection is back, and misses nothing", async () => {
  await using server = await MessagingTestServer.start();
  await using proxy = new TcpProxy(server.url, () => ({}));
  const direct = await server.plain();
  const kv = await new Kvm(jetstream(direct)).create("cut");
  const text = "x".repeat(2000);
  await Promise.all(Array.from({ length: 800 }, (_, at) => kv.put(`${at}`, text)));
  const connection = (await openConnection({ servers: proxy.url, name: "test" })).orThrow();
  const found = new Set<string>();
  for await (const { key } of latestEntries(connection, "cut")) {
    if (found.add(key).size % 300 === 1) proxy.cut();
  }
  assertEquals(found.size, 800);
  await connection.close();
});
