import { assert, assertEquals } from "@std/assert";
import { inboxPrefix } from "../../runtime/nats/connection.ts";
import { createBucket, openBucket, type Order, order } from "../support/kv_server.ts";
import { shared } from "../support/shared.ts";
import { bytesOf, collect, STORE, StoreServer } from "../support/store_server.ts";
import { until } from "../support/until.ts";

const MIB = 1 << 20;
const server = shared(() => StoreServer.start());

Deno.test("a watch reports every revision once and in order while its connection is replaced", async () => {
  const { messaging } = await (await server()).connect();
  await createBucket(messaging.connection, "watched");
  const kv = await openBucket<Order>(messaging.connection, "watched", {
    connection: messaging.line,
    inboxPrefix: inboxPrefix(messaging.session),
  });
  (await kv.put("before", order(1))).orThrow();
  const changes = (await kv.watch(">", { includeExisting: true })).orThrow();
  const reported: string[] = [];
  const reading = (async () => {
    for await (const { key, revision } of changes) {
      reported.push(revision);
      if (key === "last") break;
    }
  })();
  const written = [(await kv.get("before")).orThrow().revision];
  let isOver = false;
  const writing = Array.from({ length: 4 }, async (_, writer) => {
    for (let i = 0; !isOver; i++) {
      written.push((await kv.put(`${writer}.${i}`, order(1))).orThrow().revision);
    }
  });
  for (let i = 0; i < 20; i++) assert(await messaging.renew());
  isOver = true;
  await Promise.all(writing);
  written.push((await kv.put("last", order(1))).orThrow().revision);
  await reading;
  assertEquals(reported, written.sort((a, b) => Number(a) - Number(b)));
});

Deno.test("an object is written and read whole while its connection is replaced", async () => {
  const test = await server();
  const { store, messaging } = await test.connect();
  const bytes = bytesOf(16 * MIB);
  let renewals = 0;
  const renew = async () => {
    if (await messaging.renew()) renewals++;
  };
  async function* body() {
    for (let at = 0; at < bytes.length; at += MIB) {
      // Some of what was sent is on its way.
      const renewed = at % (2 * MIB) === 0 ? renew() : undefined;
      yield bytes.slice(at, at + MIB);
      await renewed;
    }
  }
  (await store.put("a", ReadableStream.from(body()))).orThrow();
  assertEquals(renewals, 8);
  const { object, chunks } = (await test.raw.entry("a"))!;
  assertEquals((await test.raw.subjects())[`$O.${STORE}.C.${object}`], chunks);

  const entry = await store.get("a").orThrow();
  const received: Uint8Array[] = [];
  for await (const chunk of await entry.stream().orThrow()) {
    received.push(chunk);
    if (received.length % 4 === 0) await renew();
  }
  assert(renewals > 10, `${renewals} renewals`);
  assertEquals(await collect(ReadableStream.from(received)), bytes);
});

Deno.test("the connection before is closed when nothing is bound to it any more", async () => {
  const { messaging } = await (await server()).connect();
  const { line } = messaging;
  const before = line.connection;
  const pinned = line.pin("pinned", () => {});
  assert(await messaging.renew());
  await messaging.flush();
  assertEquals(before.isClosed(), false);
  pinned.unsubscribe();
  await until(() => before.isClosed(), "it is closed");
});
