import { assert, assertEquals } from "@std/assert";
import { jetstream } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import { Type } from "@sinclair/typebox";
import {
  createBucket,
  first,
  KvTestServer,
  openBucket,
  Order,
  order,
} from "../../../tests/support/kv_server.ts";
import { TypedKV } from "../typed_kv.ts";
import { openTypedKV } from "./open_typed_kv.ts";

const binding = (bucket: string) => ({ bucket, history: 1, ttlMs: 0 });

Deno.test("opening a bucket that is not there says so", async () => {
  await using server = await KvTestServer.start();
  const connection = await server.connect();
  const opened = await openTypedKV<Order>({
    connection,
    binding: binding("svc_orders_nowhere"),
    alias: "nowhere",
    schema: Order,
  });
  assert(opened.isErr());
  assertEquals(opened.error.reason, "bucket_missing");
  assertEquals(opened.error.retryable, false);
  assert(opened.error.message.includes("svc_orders_nowhere"));
});

Deno.test("opening takes one question to the server", async () => {
  await using server = await KvTestServer.start();
  const connection = await server.connect();
  await createBucket(connection, "one");
  const before = connection.stats().outMsgs;
  await openBucket(connection, "one");
  assertEquals(connection.stats().outMsgs - before, 1);
});

Deno.test("[K1] what is put is read back, by this store and by any NATS tool", async () => {
  await using server = await KvTestServer.start();
  const { kv, connection } = await server.bucket("a");
  const written = (await kv.put("eu.o-1", order(1))).orThrow();
  const entry = (await kv.get("eu.o-1")).orThrow();
  assertEquals(entry.value, order(1));
  assertEquals(entry.key, "eu.o-1");
  assertEquals(entry.revision, written.revision);
  assertEquals(new Date(entry.createdAt).toISOString(), entry.createdAt);

  const plain = await new Kvm(jetstream(connection)).open("a");
  const raw = await plain.get("eu.o-1");
  assertEquals(raw?.json(), order(1));
  assertEquals(String(raw?.revision), written.revision);
  await plain.put("eu.o-2", JSON.stringify(order(2)));
  assertEquals((await kv.get("eu.o-2")).orThrow().value, order(2));
});

Deno.test("[T15] a key without a value is an error result", async () => {
  await using server = await KvTestServer.start();
  const { kv } = await server.bucket("a");
  const missing = await kv.get("o-1");
  assert(missing.isErr());
  assertEquals(missing.error.reason, "not_found");
  assertEquals(missing.error.key, "o-1");
});

Deno.test("create stores only the first value, and again after a deletion", async () => {
  await using server = await KvTestServer.start();
  const { kv } = await server.bucket("a", { history: 5 });
  const created = (await kv.create("o-1", order(1))).orThrow();
  const again = await kv.create("o-1", order(2));
  assert(again.isErr());
  assertEquals(again.error.reason, "exists");
  (await kv.delete("o-1", { expectedRevision: created.revision })).orThrow();
  const deleted = await kv.get("o-1");
  assertEquals(deleted.isErr() && deleted.error.reason, "not_found");
  (await kv.create("o-1", order(3))).orThrow();
  (await kv.delete("o-1")).orThrow();
  (await kv.put("o-1", order(4))).orThrow();
  assertEquals((await kv.get("o-1")).orThrow().value, order(4));
  const history = (await kv.history("o-1")).orThrow();
  assertEquals(history.map(({ kind }) => kind), ["put", "delete", "put", "delete", "put"]);
});

Deno.test("of concurrent creations of one key exactly one wins", async () => {
  await using server = await KvTestServer.start();
  const { kv } = await server.bucket("a");
  const others = await Promise.all(
    Array.from({ length: 3 }, async () => openBucket<Order>(await server.connect(), "a")),
  );
  for (let round = 0; round < 20; round++) {
    const results = await Promise.all(
      [kv, ...others, kv].map((store, i) => store.create(`r${round}`, order(i + 1))),
    );
    assertEquals(results.filter((result) => result.isOk()).length, 1);
    for (const result of results) if (result.isErr()) assertEquals(result.error.reason, "exists");
  }
});

Deno.test("a write with a stale revision is refused", async () => {
  await using server = await KvTestServer.start();
  const { kv } = await server.bucket("a");
  const one = (await kv.put("o-1", order(1))).orThrow();
  const two = (await kv.put("o-1", order(2), { expectedRevision: one.revision })).orThrow();
  for (const expectedRevision of [one.revision, "", "abc", "0", "-1", "1\r\nNats-Rollup: all"]) {
    const put = await kv.put("o-1", order(3), { expectedRevision });
    assertEquals(put.isErr() && put.error.reason, "revision_mismatch", expectedRevision);
    const gone = await kv.delete("o-1", { expectedRevision });
    assertEquals(gone.isErr() && gone.error.reason, "revision_mismatch", expectedRevision);
  }
  assertEquals((await kv.get("o-1")).orThrow().revision, two.revision);
});

Deno.test("[K44] keys that NATS could misread are refused before anything is sent", async () => {
  await using server = await KvTestServer.start();
  const { kv, connection } = await server.bucket("a");
  const before = connection.stats().outMsgs;
  const keys = [
    "",
    ".",
    "a.",
    ".a",
    "a..b",
    "a b",
    "*",
    "a.>",
    ">",
    "a\n",
    "ä",
    "k".repeat(10_240),
  ];
  for (const key of keys) {
    for (
      const result of [
        await kv.get(key),
        await kv.put(key, order(1)),
        await kv.create(key, order(1)),
        await kv.delete(key),
        await kv.history(key),
      ]
    ) {
      assertEquals(result.isErr() && result.error.reason, "invalid_key", key.slice(0, 20));
    }
  }
  for (const filter of ["", "a..b", "a b", "a*", ">.a", "a.>.b", "k".repeat(10_240)]) {
    const keys = await kv.keys(filter);
    assertEquals(keys.isErr() && keys.error.reason, "invalid_filter", filter.slice(0, 20));
  }
  assertEquals(connection.stats().outMsgs, before);
});

Deno.test("[K47] the documented keys are accepted, and so is the longest", async () => {
  await using server = await KvTestServer.start();
  const { kv } = await server.bucket("a");
  const keys = ["github.12345.abc123", "graph.transcription.01ARZ3NDEK", "k".repeat(1024)];
  for (const key of keys) (await kv.put(key, order(1))).orThrow();
  assertEquals(await Array.fromAsync((await kv.keys()).orThrow()), keys);
});

Deno.test("values that do not fit, or that JSON cannot carry, are refused", async () => {
  await using server = await KvTestServer.start();
  const { kv, connection } = await server.bucket("a", {}, { schema: Type.Unknown() });
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  const before = connection.stats().outMsgs;
  const values = [undefined, 1n, NaN, [undefined], { a: { b: Infinity } }, () => 1, Symbol("s")];
  for (const value of [...values, cycle, new Date(), new Map(), { toJSON: () => 1 }]) {
    const put = await kv.put("o-1", value);
    assertEquals(put.isErr() && put.error.reason, "invalid_value", String(value));
  }
  const throwing = await kv.put("o-1", {
    get boom() {
      throw new Error("boom");
    },
  });
  assertEquals(throwing.isErr() && throwing.error.reason, "invalid_value");
  assertEquals(connection.stats().outMsgs, before);

  const orders = await openBucket<unknown>(connection, "a");
  const put = await orders.put("o-1", { orderId: "o-1", quantity: 0 });
  assert(put.isErr());
  assertEquals(put.error.reason, "invalid_value");
  assertEquals(put.error.issues?.[0]?.path, "/quantity");
});

Deno.test("what another tool stored and does not fit is reported with its key", async () => {
  await using server = await KvTestServer.start();
  const { kv, connection } = await server.bucket("a", { history: 3 });
  const plain = await new Kvm(jetstream(connection)).open("a");
  await plain.put("bad.json", "{");
  await plain.put("bad.utf8", new Uint8Array([0xff, 0xfe]));
  await plain.put("bad.order", JSON.stringify({ orderId: 7 }));
  await plain.put("bad.empty", "");
  await plain.put("bad.rounded", '{"orderId":"o-1","quantity":9007199254740993}');
  await plain.put("bad.twice", '{"orderId":"o-1","quantity":1,"quantity":2}');
  const wrong = ["json", "utf8", "order", "empty", "rounded", "twice"].map((name) => `bad.${name}`);
  for (const key of wrong) {
    const got = await kv.get(key);
    assert(got.isErr());
    assertEquals(got.error.reason, "corrupt_value");
    assertEquals(got.error.key, key);
  }
  (await kv.put("good", order(1))).orThrow();
  const page = (await kv.list({ limit: 10 })).orThrow();
  assertEquals(page.count, page.entries.length);
  assertEquals(page.entries.filter(({ kind }) => kind === "put").map(({ key }) => key), ["good"]);
  for (const entry of page.entries) {
    if (entry.kind === "put") continue;
    assertEquals([entry.error.reason, entry.error.key], ["corrupt_value", entry.key]);
  }
  const first = (await kv.list({ limit: 1 })).orThrow();
  assertEquals([first.entries[0]?.kind, first.nextOffset], ["invalid", 1]);
  const [revision] = (await kv.history("bad.json")).orThrow();
  assertEquals(revision?.kind, "invalid");
});

Deno.test("[K23] a value over the binding's, the bucket's or the server's limit is refused", async () => {
  await using server = await KvTestServer.start();
  const text = { schema: Type.String() };
  const limited = { ...text, binding: { ...binding("a"), maxValueBytes: 10 } };
  const { kv, connection } = await server.bucket("a", {}, limited);
  (await kv.put("k", "12345678")).orThrow();
  assertEquals((await kv.status()).orThrow().maxValueBytes, 10);
  const { kv: small } = await server.bucket("b", { maxValueSize: 100 }, text);
  const { kv: open } = await server.bucket("c", {}, text);
  const over = connection.info?.max_payload ?? 0;
  for (
    const put of [
      await kv.put("k", "123456789"),
      await kv.put("k", "ää12345"),
      await small.put("k", "x".repeat(101)),
      await open.put("k", "x".repeat(over)),
    ]
  ) assertEquals(put.isErr() && put.error.reason, "too_large");
});

Deno.test("a full bucket is named as one, for put and for delete", async () => {
  await using server = await KvTestServer.start();
  const { kv } = await server.bucket("a", { max_bytes: 2048 }, { schema: Type.String() });
  (await kv.put("k1", "x".repeat(700))).orThrow();
  (await kv.put("k2", "x".repeat(700))).orThrow();
  const put = await kv.put("k3", "x".repeat(700));
  assertEquals(put.isErr() && put.error.reason, "full");
  const { kv: tiny } = await server.bucket("b", { max_bytes: 200 }, { schema: Type.String() });
  (await tiny.put("k1", "x")).orThrow();
  for (let i = 0; i < 5; i++) await tiny.put(`f${i}`, "x");
  const gone = await tiny.delete("a-long-name-that-has-no-room");
  assertEquals(gone.isErr() && gone.error.reason, "full");
});

Deno.test("a full bucket can be emptied by deleting, and watchers see it", async () => {
  await using server = await KvTestServer.start();
  const { kv } = await server.bucket("a", { max_bytes: 2048 }, { schema: Type.String() });
  let stored = 0;
  const value = "x".repeat(200);
  while ((await kv.put(`k${stored}`, value)).isOk()) stored++;
  const { revision } = (await kv.get("k0")).orThrow();
  const stale = await kv.delete("k0", { expectedRevision: "1000000" });
  assertEquals(stale.isErr() && stale.error.reason, "revision_mismatch");
  const abort = new AbortController();
  const watch = (await kv.watch(">", { signal: abort.signal })).orThrow();
  const seen = (async () => {
    for await (const entry of watch) if (entry.kind === "delete") return entry;
  })();
  (await kv.delete("k0", { expectedRevision: revision })).orThrow();
  const entry = await seen;
  assertEquals([entry?.key, entry?.kind], ["k0", "delete"]);
  abort.abort();
  for (let i = 1; i < stored; i++) (await kv.delete(`k${i}`)).orThrow();
  const gone = await kv.get("k1");
  assertEquals(gone.isErr() && gone.error.reason, "not_found");
  (await kv.put("again", "x".repeat(500))).orThrow();
});

Deno.test("[K52][K55] entries disappear after the ttl, counted from their last write", async () => {
  await using server = await KvTestServer.start();
  const { kv } = await server.bucket("a", { ttl: 1500 });
  (await kv.put("old", order(1))).orThrow();
  (await kv.put("kept", order(1))).orThrow();
  const start = Date.now();
  await new Promise((resolve) => setTimeout(resolve, 900));
  (await kv.put("kept", order(2))).orThrow();
  while ((await kv.get("old")).isOk()) await new Promise((resolve) => setTimeout(resolve, 50));
  assert(Date.now() - start >= 1400);
  if (Date.now() - start < 2300) assertEquals((await kv.get("kept")).isOk(), true);
  assertEquals((await kv.status()).orThrow().ttlMs, 1500);
});

Deno.test("history keeps as many revisions as the bucket does, for every tool", async () => {
  await using server = await KvTestServer.start();
  const { kv, connection } = await server.bucket("a", { history: 3 });
  for (let i = 1; i <= 5; i++) (await kv.put("o-1", order(i))).orThrow();
  (await kv.delete("o-1")).orThrow();
  const history = (await kv.history("o-1")).orThrow();
  assertEquals(
    history.map((revision) => revision.kind === "put" ? revision.value.quantity : revision.kind),
    [
      4,
      5,
      "delete",
    ],
  );
  const plain = await new Kvm(jetstream(connection)).open("a");
  const raw = await first(3, await plain.history({ key: "o-1" }));
  assertEquals(raw.map(({ operation }) => operation), ["PUT", "PUT", "DEL"]);
  assertEquals(
    raw.map(({ revision }) => String(revision)),
    history.map((revision) => revision.revision),
  );
  const status = (await kv.status()).orThrow();
  assertEquals([status.history, status.values, status.replicas], [3, 3, 1]);
});

Deno.test("what causes a write stands beside its value, and can be no other header", async () => {
  await using server = await KvTestServer.start();
  const { kv, connection } = await server.bucket("a", { history: 5 });
  (await TypedKV.causedBy(kv, "rpc:r-1").put("o-1", order(1))).orThrow();
  (await TypedKV.causedBy(kv, "event:e-1").delete("o-1")).orThrow();
  const { revision } =
    (await TypedKV.causedBy(kv, "rpc:r\r\nNats-Rollup: all").create("o-1", order(2)))
      .orThrow();
  const history = (await kv.history("o-1")).orThrow();
  assertEquals(history.map(({ kind, cause }) => [kind, cause]), [
    ["put", "rpc:r-1"],
    ["delete", "event:e-1"],
    ["put", undefined],
  ]);
  assertEquals((await kv.get("o-1")).orThrow().revision, revision);
  const plain = await new Kvm(jetstream(connection)).open("a");
  assertEquals((await plain.get("o-1"))?.string(), JSON.stringify(order(2)));
});
