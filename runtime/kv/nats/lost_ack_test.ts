import { assert, assertEquals } from "@std/assert";
import { HoldingProxy } from "../../../tests/support/holding_proxy.ts";
import type { TypedKV } from "../typed_kv.ts";
import { KvTestServer, openBucket, type Order, order } from "../../../tests/support/kv_server.ts";
import { until } from "../../../tests/support/until.ts";

/** A store behind a proxy, and another one for the same bucket that is not. */
async function pair(
  server: KvTestServer,
  proxy: HoldingProxy,
): Promise<{ behind: TypedKV<Order>; direct: TypedKV<Order> }> {
  const { kv: direct } = await server.bucket("a", { history: 10 });
  (await direct.put("k", order(1))).orThrow();
  const connection = await server.connect({ servers: proxy.url });
  return { direct, behind: await openBucket<Order>(connection, "a") };
}

async function storedQuantities(kv: TypedKV<Order>): Promise<(number | string)[]> {
  return (await kv.history("k")).orThrow().map((revision) =>
    revision.kind === "put" ? revision.value.quantity : revision.kind
  );
}

Deno.test("a write whose acknowledgement is lost is recognised, and not made twice", async () => {
  await using server = await KvTestServer.start();
  await using proxy = new HoldingProxy(server.url);
  const { behind, direct } = await pair(server, proxy);
  const before = (await behind.get("k")).orThrow();
  const steps: [(kv: TypedKV<Order>) => PromiseLike<{ isOk(): boolean }>, number | string][] = [
    [(kv) => kv.put("k", order(2), { expectedRevision: before.revision }), 2],
    [(kv) => kv.put("k", order(3)), 3],
    [(kv) => kv.delete("k"), "delete"],
    [(kv) => kv.create("k", order(4)), 4],
  ];
  const expected: (number | string)[] = [1];
  for (const [write, result] of steps) {
    expected.push(result);
    proxy.hold();
    const writing = write(behind);
    if (result === 4) {
      // The creation over a deletion marker needs an answer before it writes.
      proxy.cut();
    } else {await until(async () =>
        (await storedQuantities(direct)).at(-1) === result, "it has happened");}
    proxy.cut();
    assert((await writing).isOk());
    assertEquals(await storedQuantities(direct), expected);
  }
});

Deno.test("what another writer has written since is never overwritten by a repetition", async () => {
  for (
    const write of [
      (kv: TypedKV<Order>) => kv.put("k", order(2)).map(() => {}),
      (kv: TypedKV<Order>) => kv.delete("k"),
    ]
  ) {
    await using server = await KvTestServer.start();
    await using proxy = new HoldingProxy(server.url);
    const { behind, direct } = await pair(server, proxy);
    proxy.hold();
    const writing = write(behind);
    await until(async () => (await storedQuantities(direct)).length === 2, "it has happened");
    (await direct.put("k", order(3))).orThrow();
    proxy.cut();
    const result = await writing;
    assertEquals(result.isErr() && [result.error.reason, result.error.retryable], [
      "unknown_outcome",
      true,
    ]);
    assertEquals((await storedQuantities(direct)).slice(2), [3]);
  }
});

Deno.test("a conditional write that may have been overtaken says that it does not know", async () => {
  await using server = await KvTestServer.start();
  await using proxy = new HoldingProxy(server.url);
  const { behind, direct } = await pair(server, proxy);
  const { revision } = (await behind.get("k")).orThrow();
  proxy.hold();
  const writing = behind.put("k", order(2), { expectedRevision: revision });
  await until(async () => (await storedQuantities(direct)).length === 2, "it has happened");
  (await direct.put("k", order(3))).orThrow();
  proxy.cut();
  const result = await writing;
  assertEquals(result.isErr() && [result.error.reason, result.error.retryable], [
    "unknown_outcome",
    false,
  ]);
  assertEquals(await storedQuantities(direct), [1, 2, 3]);
});

Deno.test("reads are repeated over a lost connection", async () => {
  await using server = await KvTestServer.start();
  await using proxy = new HoldingProxy(server.url);
  const { behind } = await pair(server, proxy);
  proxy.hold();
  const reads = [behind.get("k"), behind.history("k"), behind.keys(), behind.list({ limit: 1 })];
  const results = Promise.all(reads.map((read) => read.map(() => {})));
  proxy.cut();
  for (const result of await results) assert(result.isOk());
});
