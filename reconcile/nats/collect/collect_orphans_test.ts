import { assert, assertEquals } from "@std/assert";
import { collectOrphans } from "./collect_orphans.ts";
import { bytesOf, STORE, StoreServer } from "../../../tests/support/store_server.ts";
import { until } from "../../../tests/support/until.ts";

const MIB = 1 << 20;
const FOREVER_MS = 365 * 24 * 60 * 60 * 1000;

/** Lets what was written so far become older than what follows; answers the age between them. */
async function divide(): Promise<() => number> {
  const between = Date.now() + 100;
  await until(() => Date.now() > between + 2000, "it is old");
  return () => Date.now() - between;
}

Deno.test("replaced and deleted objects are removed, those in use are not", async () => {
  await using test = await StoreServer.start();
  const store = await test.open();
  for (const [i, key] of ["a", "b", "a", "c", "a", "d/é", "b"].entries()) {
    await store.put(key, bytesOf(i * 300_000, i)).orThrow();
  }
  await store.delete("c").orThrow();
  const collected = await test.raw.collect(0);
  assertEquals(collected, { removed: 4, bytes: (0 + 1 + 2 + 3) * 300_000 });
  assertEquals(await (await store.get("a").orThrow()).bytes().orThrow(), bytesOf(1_200_000, 4));
  assertEquals(await (await store.get("d/é").orThrow()).bytes().orThrow(), bytesOf(1_500_000, 5));
  assertEquals(await (await store.get("b").orThrow()).bytes().orThrow(), bytesOf(1_800_000, 6));
  assertEquals((await test.raw.objects()).length, 3);
  assertEquals(await test.raw.collect(0), { removed: 0, bytes: 0 });
});

Deno.test("what was replaced a moment ago is kept for its readers, however old it is", async () => {
  await using test = await StoreServer.start();
  const store = await test.open();
  await store.put("a", bytesOf(2 * MIB)).orThrow();
  const entry = await store.get("a").orThrow();
  const age = await divide();
  await store.put("a", bytesOf(1)).orThrow();
  assertEquals(await test.raw.collect(age()), { removed: 0, bytes: 0 });
  assertEquals(await entry.bytes().orThrow(), bytesOf(2 * MIB));
  const next = await divide();
  assertEquals(await test.raw.collect(next()), { removed: 1, bytes: 2 * MIB });
  const gone = await entry.bytes();
  assertEquals(gone.isErr() && gone.error.reason, "gone");
  assertEquals((await store.get("a").orThrow()).info.size, 1);
});

Deno.test("what was replaced is removed soon, unless it is being read, and what may be written is not", async () => {
  await using test = await StoreServer.start();
  const store = await test.open();
  const manager = await test.raw.manager();
  const collect = async () =>
    (await collectOrphans({ manager, name: STORE, retiredMs: 0 })).orThrow().removed;
  await store.put("a", bytesOf(20 * MIB)).orThrow();
  const entry = await store.get("a").orThrow();
  const reader = ReadableStream.from(await entry.stream().orThrow()).getReader();
  let received = (await reader.read()).value?.length ?? 0;
  await store.put("a", bytesOf(1)).orThrow();
  await store.put("b", bytesOf(MIB)).orThrow();
  await store.delete("b").orThrow();
  await test.raw.append("01ARZ3NDEKTSV4RRFFQ69G5FAV", bytesOf(10));
  assertEquals(await collect(), 1);
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    received += next.value.length;
  }
  assertEquals(received, 20 * MIB);
  await until(async () => await collect() === 1, "its reader is gone");
  assertEquals(await test.raw.collect(0), { removed: 1, bytes: 10 });
});

Deno.test("an object whose key says so by itself is not removed although it was not noted", async () => {
  await using test = await StoreServer.start();
  const store = await test.open();
  await store.put("a", bytesOf(10)).orThrow();
  const { object } = (await test.raw.entry("a"))!;
  // A writer that moved the key and died before it noted what was replaced.
  const other = {
    object: "01ARZ3NDEKTSV4RRFFQ69G5FAV",
    size: 0,
    chunks: 0,
    digest: "",
    metadata: {},
  };
  const age = await divide();
  await test.raw.setEntry("a", JSON.stringify(other));
  assertEquals((await test.raw.collect(age())).removed, 0);
  // An entry that cannot be read may lead to it.
  await test.raw.setEntry("a", "unreadable");
  assertEquals((await test.raw.collect(0)).removed, 0);
  await test.raw.setEntry("a", JSON.stringify(other));
  assertEquals((await test.raw.collect(0)).removed, 1);
  assertEquals((await test.raw.objects()).includes(object), false);
});

Deno.test("collecting while others write removes nothing that a key leads to", async () => {
  await using test = await StoreServer.start();
  const [one, two] = [await test.open(), await test.open()];
  for (let i = 0; i < 200; i++) await one.put("old", bytesOf(1000, i)).orThrow();
  await one.delete("old").orThrow();
  const age = await divide();
  let writing = true;
  const writers = [one, two].map(async (store, w) => {
    for (let i = 0; i < 75; i++) {
      await store.put(`k${i % 5}`, bytesOf(3000 + i, i)).orThrow();
      if (i % 7 === w) await store.delete(`k${i % 5}`).orThrow();
    }
  });
  const all = Promise.all(writers).then(() => void (writing = false));
  while (writing) {
    // Two at once are in each other's way, and no more than that.
    await Promise.all([test.raw.collect(age()), test.raw.collect(age())]);
  }
  await all;
  const { entries } = await one.list({ limit: 9 }).orThrow();
  for (const { key, size } of entries) {
    assertEquals((await (await one.get(key).orThrow()).bytes().orThrow()).length, size);
  }
  await test.raw.collect(0);
  assertEquals((await test.raw.objects()).length, entries.length);
});

Deno.test("what other tools have put into the store is left alone", async () => {
  await using test = await StoreServer.start();
  await test.raw.putForeign("mine.txt", bytesOf(300_000));
  const before = await test.raw.subjects();
  assertEquals((await test.raw.collect(0)).removed, 0);
  assertEquals(await test.raw.subjects(), before);
});

Deno.test("a collection can be ended, and one that cannot be made says why", async () => {
  await using test = await StoreServer.start();
  const store = await test.open();
  await store.put("a", bytesOf(1)).orThrow();
  await store.delete("a").orThrow();
  assertEquals((await test.raw.collect(FOREVER_MS)).removed, 0);
  assertEquals((await test.raw.collect(0, AbortSignal.abort())).removed, 0);
  const manager = await test.raw.manager();
  const failed = await collectOrphans({ manager, name: "svc_nobody_nothing" });
  assert(failed.isErr());
  assertEquals([failed.error.code, failed.error.retryable], ["nats_10059", false]);
  assertEquals((await test.raw.collect(0)).removed, 1);
});

Deno.test("thousands of unused objects are removed among thousands that are used", async () => {
  await using test = await StoreServer.start();
  const store = await test.open();
  for (let at = 0; at < 2000; at += 100) {
    await Promise.all(
      Array.from({ length: 100 }, (_, i) => store.put(`${at + i}`, bytesOf(100)).orThrow()),
    );
  }
  for (let at = 0; at < 1000; at += 100) {
    await Promise.all(Array.from({ length: 100 }, (_, i) => store.delete(`${at + i}`).orThrow()));
  }
  assertEquals(await test.raw.collect(0), { removed: 1000, bytes: 100_000 });
  assertEquals((await store.list({ limit: 0 }).orThrow()).count, 1000);
  assertEquals((await test.raw.objects()).length, 1000);
  assertEquals((await test.raw.state()).name, STORE);
});
