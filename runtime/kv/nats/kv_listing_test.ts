import { assert, assertEquals } from "@std/assert";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import type { TypedKV } from "../typed_kv.ts";
import { KvTestServer, openBucket, type Order, order } from "../../../tests/support/kv_server.ts";
import { until } from "../../../tests/support/until.ts";

async function keysOf(kv: TypedKV<Order>, filter?: string): Promise<string[]> {
  return await Array.fromAsync((await kv.keys(filter)).orThrow());
}

async function fill(kv: TypedKV<Order>, keys: readonly string[]): Promise<void> {
  for (let i = 0; i < keys.length; i += 500) {
    const some = keys.slice(i, i + 500).map((key) => kv.put(key, order(1)).orThrow());
    await Promise.all(some);
  }
}

Deno.test("[K49][K50][K51] filters select by whole segments", async () => {
  await using server = await KvTestServer.start();
  const { kv } = await server.bucket("a");
  await fill(kv, ["own.1", "own.2", "own.2.x", "other.1", "cat.own.1", "cat.own.2", "dog.eva.1"]);
  assertEquals(await keysOf(kv, "own.*"), ["own.1", "own.2"]);
  assertEquals(await keysOf(kv, "own.>"), ["own.1", "own.2", "own.2.x"]);
  assertEquals(await keysOf(kv, "cat.own.*"), ["cat.own.1", "cat.own.2"]);
  assertEquals(await keysOf(kv, "*.*.1"), ["cat.own.1", "dog.eva.1"]);
  assertEquals(await keysOf(kv, "own.1"), ["own.1"]);
  assertEquals(await keysOf(kv, "nobody.>"), []);
  assertEquals((await keysOf(kv)).length, 7);
});

Deno.test("deleted keys are left out, however they were deleted", async () => {
  await using server = await KvTestServer.start();
  const { kv, connection } = await server.bucket("a");
  await fill(kv, ["a", "b", "c", "d"]);
  const plain = await new Kvm(jetstream(connection)).open("a");
  (await kv.delete("a")).orThrow();
  await plain.delete("b");
  await plain.purge("c");
  assertEquals(await keysOf(kv), ["d"]);
  const page = (await kv.list({ limit: 10 })).orThrow();
  assertEquals([page.count, page.entries.map(({ key }) => key)], [1, ["d"]]);
});

Deno.test("pages follow one another in the order of the keys", async () => {
  await using server = await KvTestServer.start();
  const { kv } = await server.bucket("a");
  await fill(kv, ["b.2", "a.1", "c", "B", "b.10"]);
  (await kv.delete("a.1")).orThrow();
  const one = (await kv.list({ limit: 2 })).orThrow();
  assertEquals(one.entries.map(({ key }) => key), ["B", "b.10"]);
  assertEquals([one.count, one.offset, one.limit, one.nextOffset], [4, 0, 2, 2]);
  const two = (await kv.list({ limit: 2, offset: one.nextOffset })).orThrow();
  assertEquals(two.entries.map(({ key }) => key), ["b.2", "c"]);
  assertEquals(two.nextOffset, undefined);
  assert(two.entries[0]?.kind === "put");
  assertEquals(two.entries[0].value, order(1));
  const none = (await kv.list({ limit: 0, filter: "b.*" })).orThrow();
  assertEquals([none.count, none.entries], [2, []]);
  for (const query of [{ limit: 1001 }, { limit: -1 }, { limit: 1.5 }, { limit: 1, offset: -1 }]) {
    const page = await kv.list(query);
    assertEquals(page.isErr() && page.error.reason, "invalid_page");
  }
  const wrong = await kv.list({ limit: 1, filter: "a..b" });
  assertEquals(wrong.isErr() && wrong.error.reason, "invalid_filter");
});

/** Buckets above a few hundred keys are listed in another way, and those with history in a third. */
for (const history of [1, 3]) {
  Deno.test(`a large bucket with history ${history} is listed as it is at every moment`, async () => {
    await using server = await KvTestServer.start();
    const { kv } = await server.bucket("a", { history });
    const keys = Array.from(
      { length: 1500 },
      (_, i) => `own${i % 3}.${String(i).padStart(4, "0")}`,
    );
    const expected = new Set(keys);
    await fill(kv, keys);
    const check = async () => {
      const sorted = [...expected].sort();
      assertEquals(await keysOf(kv), sorted);
      assertEquals(await keysOf(kv, "own1.*"), sorted.filter((key) => key.startsWith("own1.")));
      const page = (await kv.list({ limit: 3, offset: 600 })).orThrow();
      assertEquals(page.count, sorted.length);
      assertEquals(page.entries.map(({ key }) => key), sorted.slice(600, 603));
    };
    await check();
    for (let i = 0; i < 30; i++) {
      const key = keys[i * 7] ?? "";
      (await kv.delete(key)).orThrow();
      expected.delete(key);
      (await kv.put(`new.${i}`, order(1))).orThrow();
      expected.add(`new.${i}`);
      (await kv.put(keys[i * 7 + 1] ?? "", order(2))).orThrow();
      if (i % 10 === 0) await check();
    }
    await check();
    for (const key of keys.slice(0, 5)) {
      (await kv.put(key, order(3))).orThrow();
      expected.add(key);
    }
    await check();
  });
}

Deno.test("keys that vanish without a marker vanish from a large listing", async () => {
  await using server = await KvTestServer.start();
  const { kv, connection } = await server.bucket("a");
  await fill(kv, Array.from({ length: 600 }, (_, i) => `k.${i}`));
  assertEquals((await keysOf(kv)).length, 600);
  const manager = await jetstreamManager(connection);
  await manager.streams.purge("KV_a", { filter: "$KV.a.k.300" });
  assertEquals((await keysOf(kv)).includes("k.300"), false);
  (await kv.put("k.new", order(1))).orThrow();
  await manager.streams.purge("KV_a", { filter: "$KV.a.k.301" });
  const keys = await keysOf(kv);
  assertEquals([keys.length, keys.includes("k.301"), keys.includes("k.new")], [599, false, true]);
  await manager.streams.purge("KV_a", { keep: 100 });
  assertEquals((await keysOf(kv)).length, 100);
  await manager.streams.delete("KV_a");
  await new Kvm(jetstream(connection)).create("a");
  await fill(kv, Array.from({ length: 700 }, (_, i) => `j.${i}`));
  assertEquals((await keysOf(kv)).length, 700);
});

Deno.test("entries that expire vanish from a large listing", async () => {
  await using server = await KvTestServer.start();
  const { kv } = await server.bucket("a", { ttl: 4000 });
  const keys = Array.from({ length: 600 }, (_, i) => `k.${String(i).padStart(3, "0")}`);
  await fill(kv, keys);
  assertEquals((await keysOf(kv)).length, 600);
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const kept = keys.filter((_, i) => i % 2 === 0);
  await fill(kv, kept);
  (await kv.delete("k.001")).orThrow();
  await until(async () => (await kv.status()).orThrow().values <= 301, "the others have expired");
  assertEquals(await keysOf(kv), kept);
});

Deno.test("a large listing does not miss keys that are overwritten meanwhile", async () => {
  await using server = await KvTestServer.start();
  const { kv } = await server.bucket("a");
  const writer = await openBucket<Order>(await server.connect(), "a");
  const keys = Array.from({ length: 2000 }, (_, i) => `k.${i}`);
  await fill(kv, keys);
  let stop = false;
  const writing = (async () => {
    for (let i = 0; !stop; i += 50) {
      const some = Array.from({ length: 50 }, (_, j) => keys[((i + j) * 37) % keys.length] ?? "");
      await Promise.all(some.map((key) => writer.put(key, order(2)).orThrow()));
    }
  })();
  const counts = new Set<number>();
  for (let round = 0; round < 10; round++) {
    counts.add((await keysOf(kv)).length);
    const fresh = await openBucket<Order>(await server.connect(), "a");
    counts.add((await keysOf(fresh)).length);
    counts.add((await fresh.list({ filter: "k.*", limit: 0 })).orThrow().count);
  }
  stop = true;
  await writing;
  assertEquals([...counts], [keys.length]);
});

for (const history of [1, 2]) {
  Deno.test(`with history ${history}, every key whose state does not change is listed right`, async () => {
    await using server = await KvTestServer.start();
    const { kv } = await server.bucket("a", { history });
    const writer = await openBucket<Order>(await server.connect(), "a");
    const hot = Array.from({ length: 40 }, (_, i) => `hot.${i}`);
    await fill(kv, Array.from({ length: 900 }, (_, i) => `k.${i}`));
    /** Live or dead, and since which change; undefined while a change is under way. */
    const state = new Map<string, { live: boolean } | undefined>();
    for (const key of hot) state.set(key, { live: false });
    let stop = false;
    let writes = 0;
    const write = async (key: string) => {
      const before = state.get(key);
      if (before === undefined) return;
      const live = ++writes % 7 !== 0;
      if (live !== before.live) state.set(key, undefined);
      await (live ? writer.put(key, order(1)).map(() => {}) : writer.delete(key)).orThrow();
      if (live !== before.live) state.set(key, { live });
    };
    const writing = (async () => {
      for (let i = 0; !stop; i += 3) {
        await Promise.all([0, 1, 2].map((j) => write(hot[(i + j) % hot.length] ?? "")));
      }
    })();
    const wrong: string[] = [];
    for (let round = 0; round < 150; round++) {
      const before = new Map(state);
      const listed = new Set(await keysOf(kv, round % 2 === 0 ? undefined : "hot.*"));
      for (const [key, known] of before) {
        if (known === undefined || state.get(key) !== known) continue;
        if (listed.has(key) !== known.live) wrong.push(`${round} ${key} live ${known.live}`);
      }
      const cold = round % 2 === 0 ? 900 : 0;
      if ([...listed].filter((key) => key.startsWith("k.")).length !== cold) wrong.push("cold");
    }
    stop = true;
    await writing;
    assertEquals(wrong, []);
  });
}

Deno.test("concurrent listings of a changing bucket agree with what was acknowledged", async () => {
  await using server = await KvTestServer.start();
  const { kv } = await server.bucket("a");
  await fill(kv, Array.from({ length: 800 }, (_, i) => `k.${i}`));
  const counts: number[] = [];
  for (let round = 0; round < 10; round++) {
    (await kv.put(`n.${round}`, order(1))).orThrow();
    const pages = await Promise.all(
      Array.from({ length: 5 }, () => kv.list({ limit: 1 }).orThrow()),
    );
    counts.push(...pages.map(({ count }) => count - 801 - round));
  }
  assertEquals(counts.every((difference) => difference === 0), true);
});

Deno.test("a hundred listings leave no consumer behind", async () => {
  await using server = await KvTestServer.start();
  const { kv, connection } = await server.bucket("a", { history: 2 });
  await fill(kv, Array.from({ length: 500 }, (_, i) => `k.${i}`));
  for (let i = 0; i < 100; i++) await keysOf(kv);
  const manager = await jetstreamManager(connection);
  const consumers = async () => (await manager.streams.info("KV_a")).state.consumer_count;
  await until(async () => await consumers() === 0, "the consumers are gone");
  const before = await consumers();
  const { kv: small } = await server.bucket("b");
  await fill(small, ["a", "b"]);
  await keysOf(small);
  assertEquals(before + (await manager.streams.info("KV_b")).state.consumer_count, 0);
});

Deno.test("events that wait in a bucket are no keys, neither in lists nor in counts", async () => {
  await using server = await KvTestServer.start();
  const { kv, connection } = await server.bucket("a");
  const { streams } = await jetstreamManager(connection);
  await streams.update("KV_a", { subjects: ["$KV.a.>", "outbox.a.>"] });
  const publish = (id: number) => connection.request(`outbox.a.${id}`, "{}");
  const keys = Array.from({ length: 300 }, (_, i) => `k${100 + i}`);
  await publish(1);
  await fill(kv, keys);
  await publish(2);
  assertEquals(await keysOf(kv), keys);
  // From here on the listing follows what has changed.
  await kv.put("z", order(1)).orThrow();
  await publish(3);
  await streams.purge("KV_a", { filter: "outbox.a.2" });
  assertEquals(await keysOf(kv), [...keys, "z"]);
  assertEquals((await kv.list({ limit: 1 })).orThrow().count, 301);
  assertEquals((await kv.status()).orThrow().values, 301);
  assertEquals((await kv.list({ limit: 1, filter: "k100" })).orThrow().count, 1);
});
