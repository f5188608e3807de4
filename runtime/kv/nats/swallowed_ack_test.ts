import { assert, assertEquals } from "@std/assert";
import { KvTestServer, openBucket, type Order, order } from "../../../tests/support/kv_server.ts";
import { MessageProxy } from "../../../tests/support/message_proxy.ts";
import type { KVError } from "../kv_error.ts";
import type { TypedKV } from "../typed_kv.ts";

const TIMEOUT_MS = 1500;

async function behindProxy(server: KvTestServer, proxy: MessageProxy, bucket: string) {
  await server.bucket(bucket);
  const connection = await server.connect({ servers: proxy.url });
  return await openBucket<Order>(connection, bucket, {
    timeoutMs: TIMEOUT_MS,
    binding: { bucket, history: 1, ttlMs: 0 },
  });
}

type Write = (kv: TypedKV<Order>, revision: string) => PromiseLike<{
  isErr(): boolean;
  take(): unknown;
}>;

Deno.test("a write that is neither stored nor acknowledged ends at its deadline, after few attempts", async () => {
  await using server = await KvTestServer.start();
  const writes: Record<string, Write> = {
    put: (kv) => kv.put("k", order(2)),
    replace: (kv, expectedRevision) => kv.put("k", order(2), { expectedRevision }),
    delete: (kv) => kv.delete("k"),
    create: (kv) => kv.create("new", order(2)),
  };
  await Promise.all(
    Object.entries(writes).map(async ([bucket, write]) => {
      await using proxy = new MessageProxy(server.url);
      const kv = await behindProxy(server, proxy, bucket);
      const { revision } = (await kv.put("k", order(1))).orThrow();
      // As on a full disk: reads are answered, writes are not.
      proxy.fromClient = ({ subject, payload }) => subject.startsWith("$KV.") ? undefined : payload;
      proxy.published.length = 0;
      const start = performance.now();
      const result = await write(kv, revision);
      const ms = performance.now() - start;
      assert(result.isErr(), bucket);
      const { reason } = (result.take() as { error: KVError }).error;
      assertEquals(reason, "unknown_outcome", bucket);
      assert(ms < TIMEOUT_MS * 2, `${bucket} took ${ms} ms`);
      const sends = proxy.published.filter((subject) => subject.startsWith("$KV.")).length;
      assert(sends >= 1 && sends <= 6, `${bucket} was sent ${sends} times`);
      assert(proxy.published.length <= 20, `${bucket} asked ${proxy.published.length} times`);
    }),
  );
});

Deno.test("a write that is stored and not acknowledged is looked up and done", async () => {
  await using server = await KvTestServer.start();
  await using proxy = new MessageProxy(server.url);
  const kv = await behindProxy(server, proxy, "a");
  proxy.fromServer = ({ payload }) => payload.startsWith('{"stream":') ? undefined : payload;
  const { revision } = (await kv.create("k", order(1))).orThrow();
  assertEquals(revision, "1");
  assertEquals(
    (await kv.put("k", order(2), { expectedRevision: revision })).orThrow().revision,
    "2",
  );
  assertEquals((await kv.get("k")).orThrow().value, order(2));
});

Deno.test("an acknowledged sequence that the bucket had before is looked up, not passed on", async () => {
  await using server = await KvTestServer.start();
  await using proxy = new MessageProxy(server.url);
  const kv = await behindProxy(server, proxy, "a");
  for (const quantity of [1, 2, 3]) (await kv.put("k", order(quantity))).orThrow();
  proxy.fromServer = ({ payload }) => payload.replace(/^(\{"stream":"KV_a",.*"seq":)\d+/, "$12");
  const writes = [
    await kv.put("k", order(4)),
    await kv.put("k", order(5), { expectedRevision: "4" }),
    await kv.create("new", order(6)),
  ];
  assertEquals(writes.map((write) => write.orThrow().revision), ["4", "5", "6"]);
  assertEquals((await kv.get("k")).orThrow().revision, "5");
});
