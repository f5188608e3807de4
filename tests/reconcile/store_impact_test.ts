import { assert, assertEquals } from "@std/assert";
import type { Impact, ImpactQuestion } from "../../reconcile/changes/impact.ts";
import { NatsBucketScanner } from "../../reconcile/nats/scan/nats_bucket_scanner.ts";
import { managerOf } from "../../reconcile/nats/buckets/jetstream_failure.ts";
import { accept, propose, provision } from "../support/deployed.ts";
import { kvContract, type StoreSettings } from "../support/kv_contract.ts";
import { RawStore } from "../support/nats/raw_stores.ts";
import { bytesOf, STORE, StoreServer } from "../support/store_server.ts";
import { until } from "../support/until.ts";

const MIB = 1 << 20;

async function scan(test: StoreServer, question: ImpactQuestion): Promise<Impact> {
  const { connection } = await test.server.connect();
  const scanner = new NatsBucketScanner(connection, await managerOf(connection));
  const [impact] = (await scanner.scanStore(STORE, [question])).orThrow();
  assert(impact?.complete);
  return impact;
}

function counted({ effect, values, bytes, first }: Impact): unknown {
  return [effect, values, bytes, first.map(({ key }) => key)];
}

Deno.test("a removal concerns every object, by its key, and no object that was deleted", async () => {
  await using test = await StoreServer.start();
  const store = await test.open();
  for (const [i, key] of ["in/a.txt", "z", "\u00e9/1", "gone"].entries()) {
    await store.put(key, bytesOf(1000 * (i + 1))).orThrow();
  }
  await store.put("z", bytesOf(7)).orThrow();
  await store.delete("gone").orThrow();
  const impact = await scan(test, { kind: "all" });
  assertEquals(counted(impact), ["detached", 3, 4007, ["in/a.txt", "\u00e9/1", "z"]]);
  assertEquals([impact.bucket, impact.kind], [STORE, "store"]);
});

Deno.test("a shorter life drops what was predicted, objects and bytes", async () => {
  for (const lifeMs of [4000, 16_000, 50_000]) {
    await using test = await StoreServer.start();
    const store = await test.open();
    for (const key of ["a", "b", "c"]) await store.put(key, bytesOf(MIB)).orThrow();
    const old = Date.now();
    await until(() => Date.now() - old > lifeMs + 500, "they are old", lifeMs + 60_000);
    const young = Date.now();
    await store.put("b", bytesOf(10)).orThrow();
    await store.put("d", bytesOf(10)).orThrow();
    const impact = await scan(test, { kind: "ttl", ttlMs: lifeMs });
    assertEquals(counted(impact), ["dropped", 2, 2 * MIB, ["a", "c"]]);
    await test.raw.change("index", { max_age: lifeMs * 1e6, duplicate_window: lifeMs * 1e6 });
    let left: string[] = [];
    await until(async () => {
      const page = await store.list({ limit: 9 }).orThrow();
      left = page.entries.map(({ key }) => key);
      return !left.includes("a") && !left.includes("c");
    }, "the old objects are gone");
    // On a machine that stood still for so long, the young ones may be gone as well.
    if (Date.now() - young >= lifeMs) continue;
    assertEquals(left, ["b", "d"]);
    return;
  }
  throw new Error("the machine is too slow for a test of ages");
});

Deno.test("a total below what is there drops nothing, and blocks new objects until there is room", async () => {
  await using test = await StoreServer.start();
  const store = await test.open();
  for (const key of ["a", "b"]) await store.put(key, bytesOf(MIB)).orThrow();
  const used = (await test.raw.state()).bytes;
  const fits = await scan(test, { kind: "maxTotalBytes", limit: used + MIB });
  assertEquals(counted(fits), ["blocked", 0, 0, []]);
  const blocked = await scan(test, { kind: "maxTotalBytes", limit: MIB });
  assertEquals(counted(blocked), ["blocked", 2, 2 * MIB, ["a", "b"]]);
  await test.raw.change("objects", { max_bytes: MIB });
  assertEquals(await (await store.get("a").orThrow()).bytes().orThrow(), bytesOf(MIB));
  const refused = await store.put("c", bytesOf(10));
  assertEquals(refused.isErr() && refused.error.reason, "full");
});

Deno.test("a smaller size of objects concerns those that are larger", async () => {
  await using test = await StoreServer.start();
  const store = await test.open();
  for (const [key, size] of [["a", 99], ["b", 100], ["c", 101]] as const) {
    await store.put(key, bytesOf(size)).orThrow();
  }
  const impact = await scan(test, { kind: "maxValueBytes", limit: 100 });
  assertEquals(counted(impact), ["too_large", 1, 101, ["c"]]);
  const limited = await test.open({
    binding: { name: STORE, ttlMs: 0, maxObjectBytes: 100 },
  });
  for (const key of ["a", "b", "c"]) {
    const bytes = await (await limited.get(key).orThrow()).bytes().orThrow();
    assertEquals((await limited.put(key, bytes)).isErr(), key === "c");
  }
});

Deno.test("a store that is not there has no impact; a scan that is aborted says so", async () => {
  await using test = await StoreServer.start();
  const { connection } = await test.server.connect();
  const scanner = new NatsBucketScanner(connection, await managerOf(connection));
  assertEquals((await scanner.scanStore("none", [{ kind: "all" }])).orThrow(), []);
  const signal = AbortSignal.abort();
  const aborted = await scanner.scanStore(STORE, [{ kind: "all" }], { signal });
  assertEquals(aborted.isErr() && aborted.error.code, "aborted");
});

Deno.test("every dangerous change of a store comes with what it means for its objects", async () => {
  await using test = await StoreServer.start();
  const store = await test.open();
  await store.put("a", bytesOf(5000)).orThrow();
  const authority = await test.server.authority();
  const contract = (uploads: Readonly<Record<string, StoreSettings>>) =>
    kvContract({}, { id: "documents@v1", store: uploads });
  const first = { ttlMs: 3_600_000, maxTotalBytes: 9000, maxObjectBytes: 9000 };
  await provision(authority, contract({ uploads: first }));
  const impactsOf = async (uploads: Readonly<Record<string, StoreSettings>>) => {
    const { plan } = await propose(authority, contract(uploads));
    return plan.changes.filter(({ severity }) => severity === "dangerous")
      .map(({ code, impact }) => [code, impact?.effect, impact?.values, impact?.bytes]);
  };
  const tight = { ttlMs: 1_800_000, maxTotalBytes: 4000, maxObjectBytes: 4000 };
  assertEquals(await impactsOf({ uploads: tight }), [
    ["store.ttl.reduced", "dropped", 0, 0],
    ["store.maxTotalBytes.reduced", "blocked", 1, 5000],
    ["store.maxObjectBytes.reduced", "too_large", 1, 5000],
  ]);
  // Under its new name it is the same store.
  const renamed = await impactsOf({ incoming: { ...first, renamedFrom: "uploads", ttlMs: 1000 } });
  assertEquals(renamed.map(([code]) => code), ["store.renamed", "store.ttl.reduced"]);
  assertEquals(await impactsOf({}), [["store.removed", "detached", 1, 5000]]);
  const { plan } = await propose(authority, contract({}));
  await accept(authority, plan);
  (await authority.reconcile("documents")).orThrow();
  const request = await authority.deleteData("documents", "store/uploads", { by: "me" });
  const [deletion] = request.orThrow().plan.changes;
  assertEquals([deletion?.code, deletion?.impact?.effect, deletion?.impact?.values], [
    "store.data.deleted",
    "dropped",
    1,
  ]);
});

Deno.test("an object store of another tool is read by the descriptions of its objects", async () => {
  await using test = await StoreServer.start();
  const { connection } = await test.server.connect();
  const raw = new RawStore(connection, "theirs");
  await raw.createForeign();
  await raw.putForeign("a.pdf", bytesOf(300_000));
  await raw.putForeign("b.pdf", bytesOf(10));
  const scanner = new NatsBucketScanner(connection, await managerOf(connection));
  const questions: ImpactQuestion[] = [{ kind: "all" }, { kind: "maxValueBytes", limit: 100 }];
  const impacts = (await scanner.scanStore("theirs", questions)).orThrow();
  assertEquals(impacts.map(counted), [
    ["detached", 2, 300_010, ["a.pdf", "b.pdf"]],
    ["too_large", 1, 300_000, ["a.pdf"]],
  ]);
  assert(impacts.every(({ complete }) => complete));
});
