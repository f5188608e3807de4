import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { isObjectId } from "../../contracts/stored/store_names.ts";
import type { StoreError } from "../../mod.ts";
import { HoldingProxy } from "../support/holding_proxy.ts";
import { bytesOf, collect, pieces, STORE, StoreServer } from "../support/store_server.ts";
import { TriggerProxy } from "../support/trigger_proxy.ts";
import { until } from "../support/until.ts";

const MIB = 1 << 20;
const INDEX_WRITE = `$KV.${STORE}__index.`;

/** A body that waits in its middle until it may go on. */
function halved(bytes: Uint8Array) {
  const reached = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  async function* body(): AsyncGenerator<Uint8Array> {
    yield bytes.subarray(0, bytes.length / 2);
    reached.resolve();
    await goOn.promise;
    yield bytes.subarray(bytes.length / 2);
  }
  return { body: body(), reached: reached.promise, goOn: () => goOn.resolve() };
}

/** Resolves to true when the work is not over soon. */
async function stays(work: PromiseLike<unknown>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => timer = setTimeout(() => resolve(true), 100));
  const still = await Promise.race([late, Promise.resolve(work).then(() => false)]);
  clearTimeout(timer);
  return still;
}

Deno.test("a put goes on when the server is killed in its middle and comes back", async () => {
  await using test = await StoreServer.start();
  const { store, messaging } = await test.connect();
  // More than is on its way at a time.
  const bytes = bytesOf(12 * MIB);
  for (const kind of ["waiting", "sending"] as const) {
    await store.put("a", bytesOf(5)).orThrow();
    const { body, reached, goOn } = halved(bytes);
    const putting = store.put("a", kind === "waiting" ? body : bytes);
    const before = await test.raw.chunks();
    if (kind === "waiting") await reached;
    else await until(async () => await test.raw.chunks() > before + 1, "chunks are there");
    await test.server.kill();
    goOn();
    await until(() => messaging.connection.info === undefined, "the loss is noticed");
    await test.server.startAgain();
    (await putting).orThrow();
    const entry = await store.get("a").orThrow();
    assertEquals(await entry.bytes().orThrow(), bytes);
    await until(() => test.raw.answers(), "the other connection is back");
    const { object, chunks } = (await test.raw.entry("a"))!;
    assertEquals((await test.raw.subjects())[`$O.${STORE}.C.${object}`], chunks);
  }
});

Deno.test("a get goes on when the server is killed in its middle and comes back", async () => {
  await using test = await StoreServer.start();
  const store = await test.open();
  const bytes = bytesOf(24 * MIB);
  await store.put("a", bytes).orThrow();
  const entry = await store.get("a").orThrow();
  const received: Uint8Array[] = [];
  let restarted: Promise<void> | undefined;
  for await (const chunk of await entry.stream().orThrow()) {
    received.push(chunk);
    restarted ??= test.server.kill().then(() => test.server.startAgain());
    // Some of what follows was on its way already.
    if (received.length === 2) await restarted;
  }
  assertEquals(await collect(ReadableStream.from(received)), bytes);
});

Deno.test("without a server everything ends within its time, and nothing is shown half", async () => {
  await using test = await StoreServer.start();
  const store = await test.open({ timeoutMs: 2000, idleMs: 2000 });
  await (await test.open()).put("a", bytesOf(8 * MIB)).orThrow();
  const entry = await store.get("a").orThrow();
  const stream = await entry.stream().orThrow();
  const { body, reached, goOn } = halved(bytesOf(4 * MIB));
  const putting = store.put("a", body);
  await reached;
  await test.server.kill();
  goOn();
  const results = await Promise.all([
    putting,
    store.put("b", bytesOf(9)),
    store.create("b", bytesOf(9)),
    store.get("a"),
    store.delete("a"),
    store.list({ limit: 1 }),
    store.status(),
    store.waitFor("a", { timeoutMs: 700 }),
    entry.bytes(),
    collect(stream).then(
      () => undefined,
      (error: StoreError) => ({ isErr: () => true, error }),
    ),
  ]);
  for (const result of results) {
    // What was already received may be read.
    if (result === undefined || !result.isErr()) continue;
    const { error } = result as { error: StoreError };
    assert(["unavailable", "timeout"].includes(error.reason), error.message);
    assert(error.retryable, error.message);
  }
  assert(results.slice(0, 8).every((result) => result?.isErr()));
  await test.server.startAgain();
  await until(async () => (await store.get("a")).isOk(), "it works again");
  assertEquals((await store.get("a").orThrow()).info.size, 8 * MIB);
  assertEquals((await store.list({ limit: 9 }).orThrow()).count, 1);
});

Deno.test("a server that is silent costs no more than the time allowed", async () => {
  await using test = await StoreServer.start();
  await using proxy = new HoldingProxy(test.server.url);
  const store = await test.open({ url: proxy.url, timeoutMs: 2000, idleMs: 2000 });
  await (await test.open()).put("a", bytesOf(16 * MIB)).orThrow();
  const entry = await store.get("a").orThrow();
  const stream = await entry.stream().orThrow();
  proxy.hold();
  for (
    const result of await Promise.all([
      store.put("a", bytesOf(2 * MIB)),
      store.get("a"),
      entry.bytes(),
      store.list({ limit: 1 }),
    ])
  ) {
    assert(result.isErr());
    assert(["timeout", "unavailable"].includes(result.error.reason), result.error.message);
  }
  const read = await collect(stream).then(() => "ended", (error: StoreError) => error.reason);
  assert(["timeout", "unavailable"].includes(read), read);
  proxy.cut();
});

Deno.test("what does not pass by itself is said at once", async () => {
  await using test = await StoreServer.start({ server: { maxPayload: 4096 } });
  const { store, messaging } = await test.connect();
  const metadata = { a: "x".repeat(5000) };
  const large = await store.put("a", bytesOf(1), { metadata });
  assertEquals(large.isErr() && large.error.reason, "too_large");
  await store.put("a", bytesOf(1)).orThrow();
  const entry = await store.get("a").orThrow();

  const { body, reached, goOn } = halved(bytesOf(40_000));
  const putting = store.put("b", body);
  await reached;
  await test.raw.deleteObjects();
  goOn();
  const missing = await putting;
  assertEquals(missing.isErr() && missing.error.reason, "store_missing");
  const unread = await entry.bytes();
  assertEquals(unread.isErr() && unread.error.reason, "store_missing");

  await messaging.close();
  for (
    const result of await Promise.all([
      store.put("a", bytesOf(1)),
      store.create("b", pieces(bytesOf(1))),
      store.get("a"),
      store.delete("a"),
      store.list({ limit: 1 }),
      store.waitFor("a"),
      entry.bytes(),
    ])
  ) {
    assert(result.isErr());
    assertEquals([result.error.reason, result.error.retryable], ["unavailable", false]);
  }
});

Deno.test("a body that stalls ends the put, and so does the time for all of it", async () => {
  await using test = await StoreServer.start();
  const store = await test.open({ stallMs: 200 });
  const { body } = halved(bytesOf(2 * MIB));
  const stalled = await store.put("a", body);
  assertEquals(stalled.isErr() && stalled.error.reason, "body_failed");
  async function* slow(): AsyncGenerator<Uint8Array> {
    for (;;) {
      yield bytesOf(10);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  const late = await store.put("a", slow(), { timeoutMs: 300 });
  assertEquals(late.isErr() && late.error.reason, "timeout");
  assertEquals((await store.list({ limit: 1 }).orThrow()).count, 0);
  const { bytes } = await store.status().orThrow();
  assert(bytes < 10_000, `${bytes}`);
});

Deno.test("a stream that nobody reads is let go when its time is over", async () => {
  await using test = await StoreServer.start();
  const store = await test.open();
  await store.put("a", bytesOf(20 * MIB)).orThrow();
  const entry = await store.get("a").orThrow();
  const { streams } = await test.raw.manager();
  const consumers = async () => (await streams.info(`OBJ_${STORE}`)).state.consumer_count;
  const stream = await entry.stream({ timeoutMs: 2000 }).orThrow();
  assertEquals(await consumers(), 1);
  await until(async () => await consumers() === 0, "the server has forgotten it");
  const read = await collect(stream).then(() => "ended", (error: StoreError) => error.reason);
  assertEquals(read, "timeout");
});

Deno.test("an abort ends put, get, reading and waiting, and nothing is left of them", {
  sanitizeOps: true,
}, async () => {
  // A server with settings of its own ends with the test, so that what is left is of the store.
  await using test = await StoreServer.start({ server: { maxPayload: MIB } });
  const store = await test.open();
  await store.put("a", bytesOf(20 * MIB)).orThrow();
  const reason = new Error("enough");
  const aborted = (result: { isErr(): boolean; error?: StoreError }) => {
    assertEquals([result.error?.reason, result.error?.cause], ["aborted", reason]);
  };
  const controller = new AbortController();
  const { signal } = controller;
  const { body, reached } = halved(bytesOf(4 * MIB));
  const putting = store.put("a", body, { signal });
  // Longer than the test: a timer that is left is found when it ends.
  const waiting = store.waitFor("b", { signal, pollIntervalMs: 60_000 });
  const entry = await store.get("a").orThrow();
  const stream = await entry.stream({ signal }).orThrow();
  await reached;
  assert(await stays(putting) && await stays(waiting));
  controller.abort(reason);
  for (const result of await Promise.all([putting, waiting])) {
    aborted(result as { isErr(): boolean; error?: StoreError });
  }
  const failed = await collect(stream).then(() => undefined, (error: StoreError) => error);
  assertEquals(failed?.reason, "aborted");
  // Aborted before they begin.
  for (
    const result of await Promise.all([
      store.put("a", bytesOf(1), { signal }),
      store.create("c", pieces(bytesOf(1)), { signal }),
      store.get("a", { signal }),
      entry.bytes({ signal }),
      entry.stream({ signal }),
      store.waitFor("a", { signal }),
    ])
  ) aborted(result as { isErr(): boolean; error?: StoreError });
  assertEquals((await store.get("a").orThrow()).info.size, 20 * MIB);
  assertEquals((await store.list({ limit: 9 }).orThrow()).count, 1);
  const { bytes } = await store.status().orThrow();
  assert(bytes < 21 * MIB, `${bytes}`);
});

for (const what of ["chunk", "description", "index entry"] as const) {
  Deno.test(`a put whose acknowledgement of the ${what} is lost is found by reading`, async () => {
    await using test = await StoreServer.start();
    await using proxy = new TriggerProxy(test.server.url);
    const store = await test.open({ url: proxy.url });
    const said = { chunk: ".C.", description: `$O.${STORE}.M.`, "index entry": INDEX_WRITE }[what];
    for (const body of [bytesOf(3 * MIB), pieces(bytesOf(3 * MIB))]) {
      await store.put("a", bytesOf(5)).orThrow();
      const before = await test.raw.entry("a");
      const heard = proxy.holdAfter((text) =>
        text.includes(`HPUB ${said}`) || (
          what === "chunk" && text.includes(`HPUB $O.${STORE}.C.`)
        )
      );
      const putting = store.put("a", body);
      await heard;
      if (what === "index entry") {
        await until(async () => {
          return (await test.raw.entry("a"))?.object !== before?.object;
        }, "it has happened");
      }
      proxy.cut();
      (await putting).orThrow();
      assertEquals(await (await store.get("a").orThrow()).bytes().orThrow(), bytesOf(3 * MIB));
      const { object, chunks } = (await test.raw.entry("a"))!;
      assertEquals((await test.raw.subjects())[`$O.${STORE}.C.${object}`], chunks);
    }
  });
}

Deno.test("what somebody else has put since a lost acknowledgement stays", async () => {
  await using test = await StoreServer.start();
  await using proxy = new TriggerProxy(test.server.url);
  const store = await test.open({ url: proxy.url });
  const other = await test.open();
  await store.put("a", bytesOf(5)).orThrow();
  for (const write of ["put", "delete"] as const) {
    const before = await test.raw.entry("a");
    const heard = proxy.holdAfter((text) => text.includes(`HPUB ${INDEX_WRITE}`));
    const writing = write === "put" ? store.put("a", bytesOf(2 * MIB, 2)) : store.delete("a");
    await heard;
    await until(async () => {
      return (await test.raw.entry("a"))?.object !== before?.object;
    }, "it has happened");
    await other.put("a", bytesOf(2 * MIB, 3)).orThrow();
    proxy.cut();
    const result = await writing;
    // Nobody can tell any more, except for what has certainly happened.
    if (result.isErr()) assertEquals(result.error.reason, "unknown_outcome");
    assertEquals(await (await other.get("a").orThrow()).bytes().orThrow(), bytesOf(2 * MIB, 3));
  }
});

Deno.test("what a killed writer leaves is removed by the collector, and nothing else is", async () => {
  await using test = await StoreServer.start();
  const store = await test.open();
  await store.put("kept", bytesOf(MIB)).orThrow();
  await store.put("kept too", bytesOf(0)).orThrow();
  const kept = await test.raw.objects();
  const script = fileURLToPath(new URL("../support/nats/store_process.ts", import.meta.url));
  const writer = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", script, test.server.url, STORE, "endless"],
    stdout: "null",
    stderr: "null",
  }).spawn();
  await until(async () => await test.raw.chunks() > 12, "the writer writes", 120_000);
  writer.kill("SIGKILL");
  await writer.status;
  // It is young: its writer might still be there.
  assertEquals((await test.raw.collect()).removed, 0);
  const collected = await test.raw.collect(0);
  assertEquals(collected.removed, 1);
  assert(collected.bytes > 4 * MIB, `${collected.bytes}`);
  assertEquals(await test.raw.objects(), kept);
  assert(kept.every(isObjectId));
  assertEquals((await store.get("kept").orThrow()).info.size, MIB);
  assertEquals((await store.get("endless")).isErr(), true);
});

Deno.test("a large object passes both ways without being held in memory", async () => {
  await using test = await StoreServer.start();
  const script = fileURLToPath(new URL("../support/nats/store_process.ts", import.meta.url));
  const size = 256 * MIB;
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", script, test.server.url, STORE, "passage", String(size)],
    // In large pages, parts that are not used count for used.
    env: { GLIBC_TUNABLES: "" },
    stderr: "inherit",
  }).output();
  assert(success);
  const { received, grown } = JSON.parse(new TextDecoder().decode(stdout));
  assertEquals(received, size);
  assert(grown < size / 2, `${grown} bytes more`);
});
