import { assert, assertEquals } from "@std/assert";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import type { KVChange } from "../kv_entry.ts";
import { KVError } from "../kv_error.ts";
import {
  createBucket,
  first,
  KvTestServer,
  type Order,
  order,
} from "../../../tests/support/kv_server.ts";
import { until } from "../../../tests/support/until.ts";

function brief(changes: readonly KVChange<Order>[]): string[] {
  return changes.map((change) =>
    change.kind === "put"
      ? `${change.key}=${change.value.quantity}`
      : `${change.kind} ${change.key}`
  );
}

/** What a watch tells, until it ends. */
function follow(source: AsyncIterable<KVChange<Order>>): {
  changes: KVChange<Order>[];
  ended: () => Promise<unknown>;
} {
  const changes: KVChange<Order>[] = [];
  const reading = (async () => {
    try {
      for await (const change of source) changes.push(change);
    } catch (cause) {
      return cause;
    }
  })();
  return {
    changes,
    ended: async () => {
      let over = false;
      reading.then(() => over = true);
      await until(() => over, "the watch ends");
      return await reading;
    },
  };
}

Deno.test("a watch reports changes after it began, in order, and of its keys only", async () => {
  await using server = await KvTestServer.start();
  const { kv, connection } = await server.bucket("a", { history: 5 });
  (await kv.put("eu.1", order(1))).orThrow();
  const changes = (await kv.watch("eu.*")).orThrow();
  (await kv.put("eu.1", order(2))).orThrow();
  (await kv.put("us.1", order(3))).orThrow();
  (await kv.delete("eu.1")).orThrow();
  const plain = await new Kvm(jetstream(connection)).open("a");
  await plain.put("eu.2", "{");
  const { revision } = (await kv.put("eu.3", order(4))).orThrow();
  const reported = await first(4, changes);
  assertEquals(brief(reported), ["eu.1=2", "delete eu.1", "invalid eu.2", "eu.3=4"]);
  assertEquals(reported[3]?.revision, revision);
  assertEquals(reported[2]?.kind === "invalid" && reported[2].error.reason, "corrupt_value");
  assertEquals(reported[2]?.kind === "invalid" && reported[2].error.key, "eu.2");
});

Deno.test("a watch may begin with what is there", async () => {
  await using server = await KvTestServer.start();
  const { kv } = await server.bucket("a", { history: 5 });
  (await kv.put("a", order(1))).orThrow();
  (await kv.put("a", order(2))).orThrow();
  (await kv.put("b", order(3))).orThrow();
  const changes = (await kv.watch(undefined, { includeExisting: true })).orThrow();
  const { changes: reported } = follow(changes);
  await until(() => reported.length === 2, "the existing are reported");
  (await kv.put("b", order(4))).orThrow();
  await until(() => reported.length === 3, "the new one is reported");
  assertEquals(brief(reported), ["a=2", "b=3", "b=4"]);
});

Deno.test("a signal ends a watch, and an aborted one keeps it from beginning", async () => {
  await using server = await KvTestServer.start();
  const { kv, connection } = await server.bucket("a");
  const ending = new AbortController();
  const { changes, ended } = follow((await kv.watch(">", { signal: ending.signal })).orThrow());
  (await kv.put("a", order(1))).orThrow();
  await until(() => changes.length === 1, "the change is reported");
  ending.abort();
  assertEquals(await ended(), undefined);
  const refused = await kv.watch(">", { signal: ending.signal });
  assertEquals(refused.isErr() && refused.error.reason, "aborted");
  // While it begins.
  for (const begin of [kv.watch.bind(kv), kv.follow.bind(kv)]) {
    const early = new AbortController();
    const beginning = begin(">", { signal: early.signal });
    early.abort();
    const begun = (await beginning).orThrow();
    assertEquals(await Array.fromAsync<unknown>("changes" in begun ? begun.changes : begun), []);
  }
  const manager = await jetstreamManager(connection);
  const consumers = async () => (await manager.streams.info("KV_a")).state.consumer_count;
  await until(async () => await consumers() === 0, "the consumer is gone");
});

Deno.test("leaving the loop, or never entering it, ends a watch", async () => {
  await using server = await KvTestServer.start();
  const { kv, connection } = await server.bucket("a");
  const changes = (await kv.watch()).orThrow();
  await changes[Symbol.asyncIterator]().return?.();
  const others = (await kv.watch()).orThrow();
  (await kv.put("a", order(1))).orThrow();
  await first(1, others);
  const manager = await jetstreamManager(connection);
  const consumers = async () => (await manager.streams.info("KV_a")).state.consumer_count;
  await until(async () => await consumers() === 0, "the consumers are gone");
});

for (const end of ["stop", "kill"] as const) {
  Deno.test(`a watch goes on after the server's ${end} and misses nothing`, async () => {
    await using server = await KvTestServer.start();
    const { kv } = await server.bucket("a", { history: 64 });
    const { changes } = follow((await kv.watch()).orThrow());
    for (let i = 1; i <= 5; i++) (await kv.put("a", order(i))).orThrow();
    await until(() => changes.length === 5, "the first are reported");
    await server[end]();
    await server.startAgain();
    const other = await server.connect();
    const plain = await new Kvm(jetstream(other)).open("a");
    for (let i = 6; i <= 10; i++) await plain.put("a", JSON.stringify(order(i)));
    await until(() => changes.length >= 10, "the others are reported");
    const expected = Array.from({ length: 10 }, (_, i) => `a=${i + 1}`);
    assertEquals(brief(changes), expected);
  });
}

Deno.test("a watch ends with an error when its bucket is deleted", async () => {
  await using server = await KvTestServer.start();
  const { kv, connection } = await server.bucket("a");
  const { ended } = follow((await kv.watch()).orThrow());
  await (await jetstreamManager(connection)).streams.delete("KV_a");
  const error = await ended();
  assert(error instanceof KVError);
  assertEquals(error.reason, "bucket_missing");
  const put = await kv.put("a", order(1));
  assertEquals(put.isErr() && put.error.reason, "bucket_missing");
  const got = await kv.get("a");
  assertEquals(got.isErr() && got.error.reason, "bucket_missing");
  const keys = await kv.keys();
  assertEquals(keys.isErr() && keys.error.reason, "bucket_missing");
});

Deno.test("a watch ends with an error when its bucket is deleted and made again", async () => {
  await using server = await KvTestServer.start();
  const { kv, connection } = await server.bucket("a");
  for (let i = 1; i <= 5; i++) (await kv.put("a", order(i))).orThrow();
  const { ended, changes } = follow((await kv.watch()).orThrow());
  await (await jetstreamManager(connection)).streams.delete("KV_a");
  await createBucket(connection, "a");
  (await kv.put("a", order(1))).orThrow();
  const error = await ended();
  assert(error instanceof KVError);
  assertEquals(error.reason, "bucket_missing");
  assertEquals(changes.length, 0);
});

Deno.test("closing the connection ends a watch with an error", async () => {
  await using server = await KvTestServer.start();
  const { kv, connection } = await server.bucket("a");
  const { ended } = follow((await kv.watch()).orThrow());
  await connection.close();
  const error = await ended();
  assert(error instanceof KVError);
  assertEquals([error.reason, error.retryable], ["unavailable", false]);
});

Deno.test("the server waits for a slow loop instead of filling its memory", async () => {
  await using server = await KvTestServer.start();
  const { kv, connection } = await server.bucket("a", { history: 64 });
  const changes = (await kv.watch()).orThrow();
  const plain = await new Kvm(jetstream(await server.connect())).open("a");
  const value = JSON.stringify({ ...order(1), orderId: "x".repeat(100_000) });
  const before = connection.stats().inBytes;
  const total = 600;
  for (let i = 0; i < total; i++) await plain.put(`k.${i}`, value);
  assert(connection.stats().inBytes - before < total * value.length * 0.9);
  assertEquals((await first(total, changes)).length, total);
});
