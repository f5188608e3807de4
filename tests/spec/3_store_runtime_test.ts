import { assert, assertEquals, assertFalse, assertInstanceOf, assertMatch } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import {
  type AsyncResult,
  defineAppContract,
  type KVError,
  type PageResponse,
  type Result,
  StoreError,
  StoreHandle,
  type StoreInfo,
  type StoreResourceBinding,
  type StoreStatus,
  type StoreWaitOptions,
  TrellisClient,
  TrellisService,
  TypedKV,
  TypedStore,
  TypedStoreEntry,
} from "../../mod.ts";
import { parseBindings } from "../../contracts/stored/bindings.ts";
import { storeBinding } from "../../reconcile/resources/resource_rules.ts";
import { connect, deploy, provision } from "../support/deployed.ts";
import { documents, firstDocuments } from "../support/documents_contract.ts";
import { RawBuckets } from "../support/nats/raw_buckets.ts";
import { RawStore } from "../support/nats/raw_stores.ts";
import { bytesOf, collect, pieces, StoreServer } from "../support/store_server.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { until } from "../support/until.ts";

const MIB = 1 << 20;

type Body = Uint8Array | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;
type Labels = { contentType?: string; metadata?: Record<string, string> };

function reasonOf(result: Result<unknown, StoreError>): string {
  return result.isErr() ? result.error.reason : "ok";
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

const hello = new TextEncoder().encode("hello");

Deno.test("[S1] a store returns a value beyond the payload limit of NATS unchanged", async () => {
  await using test = await StoreServer.start();
  const { store, messaging } = await test.connect();
  const bytes = bytesOf(8 * MIB + 1);
  assert(bytes.length > messaging.maxPayload);
  await store.put("large", bytes).orThrow();
  assertEquals(await (await store.get("large").orThrow()).bytes().orThrow(), bytes);
});

Deno.test("[S4] two services with one alias have two stores, each only its own", async () => {
  await using server = await TrellisServer.start();
  await using one = await deploy(server, documents);
  await using two = await deploy(server, documents, undefined, { deployment: "archive" });
  const [first, second] = [
    await one.store.uploads.open().orThrow(),
    await two.store.uploads.open().orThrow(),
  ];
  await first.put("a", hello).orThrow();
  assertEquals(reasonOf(await second.get("a")), "not_found");
  await second.put("a", bytesOf(3)).orThrow();
  assertEquals(await (await first.get("a").orThrow()).bytes().orThrow(), hello);
  const raw = new RawBuckets((await server.connect()).connection);
  const names = await Promise.all(["documents", "archive"].map(async (deployment) => {
    const text = await raw.get("trellis_authority", `bindings.${deployment}`);
    return parseBindings(JSON.parse(text ?? ""))?.store.uploads?.name;
  }));
  assertEquals(names, ["svc_documents_uploads", "svc_archive_uploads"]);
});

Deno.test("[S7] any bytes come back as they were, and are never read as JSON", async () => {
  await using test = await StoreServer.start();
  const store = await test.open();
  const bodies = [
    Uint8Array.of(0xff, 0xfe, 0x00, 0xc3, 0x28),
    new TextEncoder().encode('{"a": 1, "a": 2'),
    Uint8Array.from({ length: 256 }, (_, i) => i),
    new Uint8Array(0),
  ];
  for (const body of bodies) {
    await store.put("a", body).orThrow();
    assertEquals(await (await store.get("a").orThrow()).bytes().orThrow(), body);
  }
});

Deno.test("[S5] [S13] a contract with a store and a KV resource has both, as its own", async () => {
  await using server = await TrellisServer.start();
  await using service = await deploy(server, documents);
  await service.kv.uploads.put("a", { title: "A" }).orThrow();
  const store = await service.store.uploads.open().orThrow();
  await store.put("a", hello).orThrow();
  assertEquals((await service.kv.uploads.get("a").orThrow()).value, { title: "A" });
  assertEquals(await (await store.get("a").orThrow()).bytes().orThrow(), hello);
  assertInstanceOf(service.kv.uploads, TypedKV);
  const other = await TrellisService.connect({
    contract: documents,
    trellisUrl: server.url,
    deployment: "somebody-else",
  });
  assertEquals(other.isErr() && other.error.code, "trellis.bind.missing");
});

Deno.test("[S17] a required store is always there, an optional one may not be", async () => {
  await using server = await TrellisServer.start();
  const { connection } = await server.connect();
  await new RawStore(connection, "svc_documents_previews").occupy();
  await using service = await deploy(server, documents);
  assertType<IsExact<typeof service.store.uploads, StoreHandle>>(true);
  assertType<IsExact<typeof service.store.exports, StoreHandle>>(true);
  assertType<IsExact<typeof service.store.previews, StoreHandle | undefined>>(true);
  assertInstanceOf(service.store.uploads, StoreHandle);
  assertEquals(service.store.previews, undefined);
});

Deno.test("[S17] without a required store a service does not start, and says which", async () => {
  await using server = await TrellisServer.start();
  const { connection } = await server.connect();
  await new RawStore(connection, "svc_documents_exports").occupy();
  await provision(await server.authority(), documents);
  const connected = await TrellisService.connect({ contract: documents, trellisUrl: server.url });
  assert(connected.isErr());
  assertEquals(connected.error.code, "trellis.bind.failed");
  assertMatch(connected.error.message, /store "exports"/);
});

Deno.test("[S18] objects expire with a ttl, and do not without one", async () => {
  await using test = await StoreServer.start({ ttlMs: 4000 });
  const store = await test.open();
  await store.put("a", bytesOf(2 * MIB)).orThrow();
  const entry = await store.get("a").orThrow();
  await until(async () => reasonOf(await store.get("a")) === "not_found", "it has expired");
  assertEquals((await store.list({ limit: 9 }).orThrow()).count, 0);
  // Whoever had it before can finish reading.
  assertEquals(await entry.bytes().orThrow(), bytesOf(2 * MIB));
  await store.create("a", hello).orThrow();

  await using forever = await StoreServer.start();
  const { streams } = await forever.raw.manager();
  assertEquals((await forever.raw.state()).settings.ttlMs, 0);
  for (const stream of [`OBJ_${forever.raw.name}`, `KV_${forever.raw.name}__index`]) {
    assertEquals((await streams.info(stream)).config.max_age, 0);
  }
});

Deno.test("[S24] objects are readable after an update that changes the digest", async () => {
  await using server = await TrellisServer.start();
  await using before = await deploy(server, firstDocuments);
  await before.store.uploads.open().andThen((store) => store.put("a", hello)).orThrow();
  await using after = await deploy(server, documents);
  const store = await after.store.uploads.open().orThrow();
  assertEquals(textOf(await (await store.get("a").orThrow()).bytes().orThrow()), "hello");
});

Deno.test("[S44] the binding of a store has the documented type", () => {
  type Documented = {
    name: string;
    ttlMs: number;
    maxTotalBytes?: number;
    maxObjectBytes?: number;
  };
  assertType<IsExact<{ [K in keyof StoreResourceBinding]: StoreResourceBinding[K] }, Documented>>(
    true,
  );
});

Deno.test("[S43] [S48] [S49] [S50] [S51] [S53] [S90] a binding has the limits in force, and no more", async () => {
  await using server = await TrellisServer.start();
  const { connection } = await server.connect();
  const bindings: object[] = [];
  for (const settings of [{}, { ttlMs: 5000, maxTotalBytes: 9_000_000, maxObjectBytes: 70 }]) {
    const raw = new RawStore(connection, `s${bindings.length}`);
    await raw.create(settings);
    const { streams } = await raw.manager();
    const { max_bytes } = (await streams.info(`OBJ_${raw.name}`)).config;
    const binding = storeBinding(await raw.state());
    assertEquals(binding.maxTotalBytes ?? -1, max_bytes);
    bindings.push(binding);
  }
  assertEquals(bindings, [
    { name: "s0", ttlMs: 0 },
    { name: "s1", ttlMs: 5000, maxTotalBytes: 9_000_000, maxObjectBytes: 70 },
  ]);
});

Deno.test("[S45] [S46] a service uses a store by its alias, whatever its name is", async () => {
  await using server = await TrellisServer.start();
  const { materialized } = await provision(await server.authority(), documents);
  const { connection } = await server.connect();
  await new RawStore(connection, "x9").create();
  const store = { ...materialized?.bindings.store, uploads: { name: "x9", ttlMs: 0 } };
  const text = JSON.stringify({ ...materialized?.bindings, store });
  await new RawBuckets(connection).put("trellis_authority", "bindings.documents", text);
  await using service = await connect(server, documents);
  await service.store.uploads.open().andThen((opened) => opened.put("a", hello)).orThrow();
  assertEquals((await new RawStore(connection, "x9").objects()).length, 1);
  assertFalse(JSON.stringify(documents.manifest).includes("x9"));
});

Deno.test("[S52] a body beyond maxObjectBytes is refused, and nothing of it is stored", async () => {
  await using test = await StoreServer.start({ maxObjectBytes: 1000 });
  const store = await test.open();
  await store.put("a", bytesOf(1000)).orThrow();
  const objects = await test.raw.objects();
  const tooLarge = await store.put("a", bytesOf(1001));
  assert(tooLarge.isErr());
  assertEquals([tooLarge.error.reason, tooLarge.error.retryable], ["too_large", false]);
  assertMatch(tooLarge.error.message, /at most 1000/);
  // Nothing was even begun; neither of a body of unknown length.
  assertEquals(await test.raw.objects(), objects);
  assertEquals(reasonOf(await store.put("b", pieces(bytesOf(5 * MIB), 300))), "too_large");
  assertEquals(await test.raw.objects(), objects);
  assertEquals(reasonOf(await store.get("b")), "not_found");
  assertEquals((await store.get("a").orThrow()).info.size, 1000);
});

Deno.test("[S52] the write path of a service knows the limit of its binding", async () => {
  await using server = await TrellisServer.start();
  await using service = await deploy(server, documents);
  const exports = await service.store.exports.open().orThrow();
  assertEquals(reasonOf(await exports.put("a", bytesOf(1001))), "too_large");
  await exports.put("a", bytesOf(1000)).orThrow();
  assertEquals((await exports.status().orThrow()).maxObjectBytes, 1000);
});

Deno.test("[S54] the page has the documented type", () => {
  type Documented<T> = {
    entries: T[];
    count: number;
    offset: number;
    limit: number;
    nextOffset?: number;
  };
  assertType<IsExact<PageResponse<string>, Documented<string>>>(true);
});

/** The classes as the document prints them; ours may take more options. */
interface PrintedStore {
  create(key: string, body: Body, opts?: Labels): AsyncResult<void, StoreError>;
  put(key: string, body: Body, opts?: Labels): AsyncResult<void, StoreError>;
  get(key: string): AsyncResult<TypedStoreEntry, StoreError>;
  waitFor(key: string, opts?: StoreWaitOptions): AsyncResult<TypedStoreEntry, StoreError>;
  delete(key: string): AsyncResult<void, StoreError>;
  list(
    opts: { prefix?: string; offset?: number; limit: number },
  ): AsyncResult<PageResponse<StoreInfo>, StoreError>;
  status(): AsyncResult<StoreStatus, StoreError>;
}
interface PrintedHandle {
  open(): AsyncResult<TypedStore, StoreError>;
  waitFor(key: string, opts?: StoreWaitOptions): AsyncResult<TypedStoreEntry, StoreError>;
}
interface PrintedEntry {
  readonly key: string;
  readonly info: StoreInfo;
  stream(): AsyncResult<ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>, StoreError>;
  bytes(): AsyncResult<Uint8Array, StoreError>;
}

Deno.test("[S55] [S57] [S60] [S61] [S62] [S64] the classes have the documented members", () => {
  assertType<IsExact<keyof TypedStore, keyof PrintedStore>>(true);
  assertType<IsExact<keyof StoreHandle, keyof PrintedHandle>>(true);
  assertType<IsExact<keyof TypedStoreEntry, keyof PrintedEntry>>(true);
  assertType<IsExact<Parameters<TypedStore["create"]>[1], Body>>(true);
  assertType<IsExact<Parameters<TypedStore["put"]>[1], Body>>(true);
  assertType<IsExact<ReturnType<TypedStore["create"]>, AsyncResult<void, StoreError>>>(true);
  const keepsShape = (store: TypedStore, handle: StoreHandle, entry: TypedStoreEntry) =>
    [
      store satisfies PrintedStore,
      handle satisfies PrintedHandle,
      entry satisfies PrintedEntry,
    ] as const;
  assertEquals(typeof keepsShape, "function");
});

Deno.test("[S56] [S66] a handle opens its store, and waits for an object without being opened", async () => {
  await using server = await TrellisServer.start();
  await using service = await deploy(server, documents);
  const waiting = service.store.uploads.waitFor("staged", { pollIntervalMs: 10 });
  const store = await service.store.uploads.open().orThrow();
  assertInstanceOf(store, TypedStore);
  assertEquals(await service.store.uploads.open().orThrow(), store);
  await store.put("staged", hello).orThrow();
  const entry = await waiting.orThrow();
  assertInstanceOf(entry, TypedStoreEntry);
  assertEquals(textOf(await entry.bytes().orThrow()), "hello");
});

Deno.test("[S56] a handle whose store is missing says so, and can be opened when it is there", async () => {
  await using server = await TrellisServer.start();
  await using service = await deploy(server, documents);
  const { connection } = await server.connect();
  const raw = new RawStore(connection, "svc_documents_exports");
  await raw.deleteObjects();
  const opened = await service.store.exports.open();
  assert(opened.isErr());
  assertEquals([opened.error.reason, opened.error.retryable], ["store_missing", false]);
  assertMatch(opened.error.message, /store exports: .*reconciled/);
  const health = await service.health();
  const unhealthy = health.checks.filter(({ healthy }) => !healthy).map(({ name }) => name);
  assertEquals([health.healthy, unhealthy], [false, ["store/exports"]]);
  const authority = await server.authority();
  (await authority.reconcile("documents")).orThrow();
  await service.store.exports.open().orThrow();
  assertEquals((await service.health()).healthy, true);
});

Deno.test("[S58] each kind of body stores the same bytes, created or put", async () => {
  await using test = await StoreServer.start();
  const store = await test.open();
  const bytes = bytesOf(1_300_000);
  const bodies: Record<string, () => Body> = {
    bytes: () => bytes,
    stream: () => ReadableStream.from(pieces(bytes)),
    iterable: () => pieces(bytes, 777),
  };
  const digests = new Set<string | undefined>();
  for (const [kind, body] of Object.entries(bodies)) {
    for (const write of ["create", "put"] as const) {
      await store[write](`${kind}/${write}`, body()).orThrow();
      const entry = await store.get(`${kind}/${write}`).orThrow();
      assertEquals(await entry.bytes().orThrow(), bytes);
      digests.add(entry.info.digest);
    }
  }
  assertEquals(digests.size, 1);
});

Deno.test("[S59] [S69] content type and metadata come back with the entry", async () => {
  await using test = await StoreServer.start();
  const store = await test.open();
  const labels = { contentType: "text/plain; charset=utf-8", metadata: { by: "ü", "a b": "" } };
  await store.create("a", hello, labels).orThrow();
  const { info } = await store.get("a").orThrow();
  assertEquals(info, {
    key: "a",
    size: 5,
    updatedAt: info.updatedAt,
    digest: "SHA-256=LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=",
    ...labels,
  });
  assertEquals(new Date(info.updatedAt).toISOString(), info.updatedAt);
  await store.put("a", hello).orThrow();
  const bare = (await store.get("a").orThrow()).info;
  assertEquals([bare.contentType, bare.metadata], [undefined, {}]);
});

Deno.test("[S62] status says what an open store holds and allows", async () => {
  await using test = await StoreServer.start({ maxTotalBytes: 50 * MIB, ttlMs: 3_600_000 });
  const store = await test.open();
  await store.put("a", bytesOf(MIB)).orThrow();
  await store.put("b", hello).orThrow();
  await store.delete("b").orThrow();
  const status = await store.status().orThrow();
  assert(status.bytes > MIB && status.bytes < 2 * MIB);
  assertEquals(status, {
    objects: 1,
    bytes: status.bytes,
    ttlMs: 3_600_000,
    maxTotalBytes: 50 * MIB,
  });
});

Deno.test("[S63] the options of a wait have the documented type", () => {
  type Documented = { timeoutMs?: number; pollIntervalMs?: number; signal?: AbortSignal };
  assertType<IsExact<StoreWaitOptions, Documented>>(true);
});

Deno.test("[S65] failures are results with a StoreError, whatever is passed", async () => {
  await using test = await StoreServer.start();
  const store = await test.open();
  await store.put("a", hello).orThrow();
  const entry = await store.get("a").orThrow();
  await test.raw.purge((await test.raw.entry("a"))!.object);
  // What untyped code could pass.
  const key: string = JSON.parse("7");
  const none: Body = JSON.parse("null");
  const limit = {} as { limit: number };
  const failures: PromiseLike<Result<unknown, StoreError>>[] = [
    store.create("a", hello),
    store.create(key, hello),
    store.put("", hello),
    store.put("a", none),
    store.get(key),
    store.get("b"),
    store.waitFor(key),
    store.waitFor("b", { timeoutMs: 0 }),
    store.delete(key),
    store.list(limit),
    store.list({ limit: 1, prefix: key }),
    entry.bytes(),
    entry.stream(),
  ];
  for (const [i, result] of (await Promise.all(failures)).entries()) {
    assert(result.isErr(), `${i}`);
    assertInstanceOf(result.error, StoreError);
    assert(result.error.message.length > 10);
    const { type, reason } = result.error.toSerializable();
    assertEquals([type, reason], ["StoreError", result.error.reason]);
    assertEquals(StoreError.fromSerializable(result.error.toSerializable()).reason, reason);
  }
});

Deno.test("[S67] create fails on a key that has an object, and leaves it as it was", async () => {
  await using test = await StoreServer.start();
  const store = await test.open();
  await store.create("a", hello, { metadata: { v: "1" } }).orThrow();
  const before = (await store.get("a").orThrow()).info;
  assertEquals(reasonOf(await store.create("a", bytesOf(9))), "exists");
  const entry = await store.get("a").orThrow();
  assertEquals(entry.info, before);
  assertEquals(await entry.bytes().orThrow(), hello);
  await store.delete("a").orThrow();
  await store.create("a", bytesOf(9)).orThrow();
  assertEquals((await store.get("a").orThrow()).info.size, 9);
  type Reasons = StoreError["reason"] & KVError["reason"];
  const same: Reasons = "exists";
  assertEquals(same, "exists");
});

Deno.test("[S68] put overwrites", async () => {
  await using test = await StoreServer.start();
  const store = await test.open();
  for (let i = 0; i < 5; i++) await store.put("a", bytesOf(i * 400_000, i)).orThrow();
  const entry = await store.get("a").orThrow();
  assertEquals(await entry.bytes().orThrow(), bytesOf(1_600_000, 4));
  assertEquals((await store.list({ limit: 9 }).orThrow()).count, 1);
});

Deno.test("[S70] [S71] a key without an object, or with a deleted one, is not found", async () => {
  await using test = await StoreServer.start();
  const store = await test.open();
  assertEquals(reasonOf(await store.get("a")), "not_found");
  await store.put("a", hello).orThrow();
  await store.delete("a").orThrow();
  assertEquals(reasonOf(await store.get("a")), "not_found");
  // There is nothing left to do.
  await store.delete("a").orThrow();
});

Deno.test("[S72] waitFor answers what get would, as soon as the object is there", async () => {
  await using test = await StoreServer.start();
  const [store, other] = [await test.open(), await test.open()];
  const waiting = store.waitFor("a", { pollIntervalMs: 20 });
  await other.put("a", hello, { contentType: "text/plain" }).orThrow();
  const entry = await waiting.orThrow();
  assertInstanceOf(entry, TypedStoreEntry);
  assertEquals(entry.info, (await store.get("a").orThrow()).info);
  assertEquals(await entry.bytes().orThrow(), hello);
});

Deno.test("[S73] [S74] waitFor ends with its time or with its signal", async () => {
  await using test = await StoreServer.start();
  const store = await test.open();
  const late = await store.waitFor("a", { timeoutMs: 60, pollIntervalMs: 20 });
  assert(late.isErr());
  assertEquals([late.error.reason, late.error.key], ["timeout", "a"]);
  const controller = new AbortController();
  const waiting = store.waitFor("a", { signal: controller.signal });
  controller.abort();
  assertEquals(reasonOf(await waiting), "aborted");
});

Deno.test("[S75] waitFor leaves the object and its bytes alone", async () => {
  await using test = await StoreServer.start();
  const store = await test.open();
  await store.put("a", bytesOf(MIB)).orThrow();
  const before = [await test.raw.subjects(), await test.raw.entry("a")];
  // The bytes are gone: nobody who only waits notices.
  await store.waitFor("a").orThrow();
  assertEquals([await test.raw.subjects(), await test.raw.entry("a")], before);
  await test.raw.purge((await test.raw.entry("a"))!.object);
  assertEquals((await store.waitFor("a").orThrow()).info.size, MIB);
});

Deno.test("[S76] [S79] [S80] pages are by prefix and offset, in the standard form", async () => {
  await using test = await StoreServer.start();
  const store = await test.open();
  for (const key of ["a/1", "a/2", "a/3", "ab", "b/1", "é/1"]) {
    await store.put(key, hello).orThrow();
  }
  const keysOf = ({ entries }: PageResponse<StoreInfo>) => entries.map(({ key }) => key);
  const first = await store.list({ prefix: "a/", limit: 2 }).orThrow();
  assertEquals(keysOf(first), ["a/1", "a/2"]);
  assertEquals({ ...first, entries: [] }, {
    entries: [],
    count: 3,
    offset: 0,
    limit: 2,
    nextOffset: 2,
  });
  const second = await store.list({ prefix: "a/", offset: 2, limit: 2 }).orThrow();
  assertEquals(keysOf(second), ["a/3"]);
  assertEquals({ ...second, entries: [] }, { entries: [], count: 3, offset: 2, limit: 2 });
  assertEquals(keysOf(await store.list({ limit: 9 }).orThrow()), [
    "a/1",
    "a/2",
    "a/3",
    "ab",
    "b/1",
    "é/1",
  ]);
  assertEquals(keysOf(await store.list({ prefix: "é", limit: 9 }).orThrow()), ["é/1"]);
  assertEquals(keysOf(await store.list({ prefix: "c", limit: 9 }).orThrow()), []);
  assertEquals((await store.list({ limit: 0 }).orThrow()).count, 6);
  assertEquals(keysOf(await store.list({ offset: 60, limit: 9 }).orThrow()), []);
});

Deno.test("[S77] a list without a limit does not compile", () => {
  type Query = Parameters<TypedStore["list"]>[0];
  assertType<IsExact<Query["limit"], number>>(true);
  assertType<IsExact<{ prefix: string } extends Query ? true : false, false>>(true);
});

Deno.test("[S78] there is no unbounded list", async () => {
  await using test = await StoreServer.start();
  const store = await test.open();
  await store.put("a", hello).orThrow();
  await store.put("b", hello).orThrow();
  for (const limit of [undefined, null, NaN, Infinity, -1, 1.5, 1001, "10"]) {
    // What untyped code could pass.
    const query = { limit } as object as { limit: number };
    assertEquals(reasonOf(await store.list(query)), "invalid_page", String(limit));
  }
  for (const offset of [NaN, -1, Infinity]) {
    assertEquals(reasonOf(await store.list({ offset, limit: 1 })), "invalid_page");
  }
  assertEquals((await store.list({ limit: 1 }).orThrow()).entries.length, 1);
});

Deno.test("[S81] pages are live", async () => {
  await using test = await StoreServer.start();
  const store = await test.open();
  for (const key of ["b", "c", "d"]) await store.put(key, hello).orThrow();
  const first = await store.list({ limit: 1 }).orThrow();
  assertEquals(first.entries[0]?.key, "b");
  await store.put("a", hello).orThrow();
  const shifted = await store.list({ offset: 1, limit: 1 }).orThrow();
  assertEquals([shifted.entries[0]?.key, shifted.count], ["b", 4]);
  await store.delete("a").orThrow();
  await store.delete("b").orThrow();
  const again = await store.list({ offset: 1, limit: 1 }).orThrow();
  assertEquals([again.entries[0]?.key, again.count], ["d", 2]);
});

Deno.test("[S82] [S83] a large body streams in chunks, and bytes() is all of them", async () => {
  await using test = await StoreServer.start();
  const store = await test.open();
  const bytes = bytesOf(5 * MIB + 3);
  await store.put("a", bytes).orThrow();
  const entry = await store.get("a").orThrow();
  let chunks = 0;
  for await (const chunk of await entry.stream().orThrow()) {
    assert(chunk.length < bytes.length / 4);
    chunks++;
  }
  assert(chunks > 4);
  const [streamed, whole] = [await collect(await entry.stream().orThrow()), await entry.bytes()];
  assertEquals(streamed, bytes);
  assertEquals(whole.orThrow(), bytes);
});

Deno.test("[S84] [S86] what is said of an object are Trellis' own terms", async () => {
  type Documented = {
    key: string;
    size: number;
    updatedAt: string;
    digest?: string;
    contentType?: string;
    metadata: Record<string, string>;
  };
  assertType<IsExact<StoreInfo, Documented>>(true);
  await using test = await StoreServer.start();
  const store = await test.open();
  await store.put("a", bytesOf(2 * MIB), { contentType: "a/b" }).orThrow();
  const { object } = (await test.raw.entry("a"))!;
  const { info } = await store.get("a").orThrow();
  const { entries } = await store.list({ limit: 1 }).orThrow();
  assertEquals(entries, [info]);
  const terms = ["contentType", "digest", "key", "metadata", "size", "updatedAt"];
  assertEquals(Object.keys(info).sort(), terms);
  const told = JSON.stringify([info, await store.status().orThrow()]);
  for (const hidden of [object, test.raw.name, "chunk", "OBJ_", "$O"]) {
    assertFalse(told.includes(hidden), hidden);
  }
});

Deno.test("[S85] metadata that is not of strings is not accepted", async () => {
  await using test = await StoreServer.start();
  const store = await test.open();
  for (const value of [1, true, null, {}, ["a"], undefined]) {
    const metadata = { a: value } as object as Record<string, string>;
    assertEquals(reasonOf(await store.put("a", hello, { metadata })), "invalid_metadata");
  }
  assertEquals(reasonOf(await store.get("a")), "not_found");
});

Deno.test("[S87] one key in two aliases names two objects", async () => {
  await using server = await TrellisServer.start();
  await using service = await deploy(server, documents);
  const uploads = await service.store.uploads.open().orThrow();
  const previews = await service.store.previews!.open().orThrow();
  await uploads.put("a", hello).orThrow();
  assertEquals(reasonOf(await previews.get("a")), "not_found");
  await previews.put("a", bytesOf(9)).orThrow();
  await previews.delete("a").orThrow();
  assertEquals(await (await uploads.get("a").orThrow()).bytes().orThrow(), hello);
});

Deno.test("[S88] keys may be paths, and come back as they were", async () => {
  await using test = await StoreServer.start();
  const store = await test.open();
  const keys = [
    "incoming/2024/a.pdf",
    "/a//b/",
    "..",
    "../../etc/passwd",
    "a b*>$.",
    "é/世界/\u{1f600}",
    "e\u0301",
    "é",
    "x".repeat(1024),
    "z-_=.",
  ];
  for (const [i, key] of keys.entries()) await store.put(key, bytesOf(i + 1)).orThrow();
  for (const [i, key] of keys.entries()) {
    const entry = await store.get(key).orThrow();
    assertEquals([entry.key, entry.info.key, entry.info.size], [key, key, i + 1]);
  }
  const { entries } = await store.list({ limit: 99 }).orThrow();
  assertEquals(entries.map(({ key }) => key).sort(), keys.toSorted());
  for (const key of ["", "x".repeat(10_000), "a\n", "\0", "\ud800"]) {
    assertEquals(reasonOf(await store.put(key, hello)), "invalid_key");
    assertEquals(reasonOf(await store.get(key)), "invalid_key");
  }
});

Deno.test("[S89] keys match exactly: only list goes by prefix", async () => {
  await using test = await StoreServer.start();
  const store = await test.open();
  await store.put("incoming/a", hello).orThrow();
  for (const key of ["incoming", "incoming/", "incoming/A", "incoming/a/", "ncoming/a", "*", ">"]) {
    assertEquals(reasonOf(await store.get(key)), "not_found", key);
    assertEquals(reasonOf(await store.waitFor(key, { timeoutMs: 0 })), "timeout", key);
    await store.delete(key).orThrow();
  }
  await store.create("incoming", bytesOf(1)).orThrow();
  await store.put("incoming/", bytesOf(2)).orThrow();
  assertEquals((await store.get("incoming/a").orThrow()).info.size, 5);
  assertEquals((await store.list({ prefix: "incoming", limit: 9 }).orThrow()).count, 3);
});

Deno.test("[S95] a contract names no subjects and no permissions for its stores", () => {
  const text = JSON.stringify(documents.manifest.resources);
  assertFalse(/subject|publish|subscribe|permission|\$/i.test(text), text);
});

Deno.test("[S96] clients have no stores", async () => {
  await using server = await TrellisServer.start();
  const app = defineAppContract({}, () => ({
    id: "viewer@v1",
    displayName: "Viewer",
    description: "Shows documents.",
  }));
  await using client = await TrellisClient.connect({ contract: app, trellisUrl: server.url })
    .orThrow();
  assertFalse("store" in client);
  assertType<IsExact<Extract<keyof typeof client, "store" | "kv">, never>>(true);
});

Deno.test("[S97] [S99] the store API has no transfers, links, seals or chunk sizes", () => {
  type Members = keyof TypedStore | keyof TypedStoreEntry | keyof StoreHandle;
  type Known =
    | keyof PrintedStore
    | keyof PrintedHandle
    | keyof PrintedEntry;
  assertType<IsExact<Members, Known>>(true);
  type Options = keyof NonNullable<Parameters<TypedStore["put"]>[2]>;
  assertType<IsExact<Options, "contentType" | "metadata" | "signal" | "timeoutMs">>(true);
  const members = [TypedStore, TypedStoreEntry, StoreHandle].flatMap(({ prototype }) =>
    Object.getOwnPropertyNames(prototype)
  );
  assertEquals(members.filter((name) => /link|seal|chunk|send|receive|transfer/i.test(name)), []);
});
