import { jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-deno";
import { Type } from "@sinclair/typebox";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createBucket, KvTestServer, order } from "../../../tests/support/kv_server.ts";
import { MessageProxy } from "../../../tests/support/message_proxy.ts";
import { checkWritable } from "./check_writable.ts";

async function problemOf(connection: NatsConnection, bucket: string) {
  const checked = await checkWritable({ connection, bucket, inboxPrefix: "_INBOX" });
  return checked.isErr() ? [checked.error.reason, checked.error.message] as const : undefined;
}

Deno.test("a bucket that takes writes is writable, and no reader sees the attempt", async () => {
  await using server = await KvTestServer.start();
  const { kv, connection } = await server.bucket("a", { history: 5 });
  const abort = new AbortController();
  const changes = (await kv.watch(">", { signal: abort.signal })).orThrow();
  for (let i = 0; i < 3; i++) assertEquals(await problemOf(connection, "a"), undefined);
  (await kv.put("k", order(1))).orThrow();
  const first = await changes[Symbol.asyncIterator]().next();
  assertEquals(first.value?.key, "k");
  abort.abort();
  assertEquals(await Array.fromAsync((await kv.keys()).orThrow()), ["k"]);
  assertEquals((await kv.list({ limit: 10 })).orThrow().count, 1);
});

Deno.test("a full bucket, spent storage and a missing bucket are named", async () => {
  await using server = await KvTestServer.start(
    "accounts { A { jetstream { max_file: 40000 }, users: [{ user: a, password: a }] } }\n" +
      "no_auth_user: a\n",
  );
  const text = { schema: Type.String() };
  const { kv: full, connection } = await server.bucket("full", { max_bytes: 2048 }, text);
  for (let i = 0; (await full.put(`k${i}`, "x".repeat(150))).isOk(); i++);
  const [reason, message] = await problemOf(connection, "full") ?? [];
  assertEquals(reason, "full");
  assertStringIncludes(message ?? "", "no room left in it");

  const { kv: other } = await server.bucket("other", {}, text);
  assertEquals(await problemOf(connection, "other"), undefined);
  for (let i = 0; (await other.put(`k${i}`, "x".repeat(2000))).isOk(); i++);
  for (let i = 0; (await other.put(`s${i}`, "x")).isOk(); i++);
  const spent = await problemOf(connection, "other");
  assertEquals(spent?.[0], "full");
  assertStringIncludes(spent?.[1] ?? "", "storage");

  await (await jetstreamManager(connection)).streams.delete("KV_full");
  assertEquals((await problemOf(connection, "full"))?.[0], "bucket_missing");
});

Deno.test("a server that answers reads and acknowledges no write is named: its disk may be full", async () => {
  await using server = await KvTestServer.start();
  await using proxy = new MessageProxy(server.url);
  const connection = await server.connect({ servers: proxy.url });
  await createBucket(connection, "a");
  proxy.fromClient = ({ subject, payload }) => subject.startsWith("$KV.") ? undefined : payload;
  const [reason, message] = await problemOf(connection, "a") ?? [];
  assertEquals(reason, "timeout");
  assert(message?.includes("disk"), message);
});
