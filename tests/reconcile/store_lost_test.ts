import { assertEquals } from "@std/assert";
import { acceptState } from "../support/accepted_state.ts";
import { RawStore } from "../support/nats/raw_stores.ts";
import { bytesOf } from "../support/store_server.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { connect, provision } from "../support/deployed.ts";
import { documents } from "../support/documents_contract.ts";
import { until } from "../support/until.ts";

const UPLOADS = "svc_documents_uploads";

async function setUp(server: TrellisServer) {
  const { connection } = await server.connect();
  return { authority: await server.authority(), uploads: new RawStore(connection, UPLOADS) };
}

Deno.test("a lost index is made again and said to be lost; its objects are not collected", async () => {
  await using server = await TrellisServer.start();
  const { authority, uploads } = await setUp(server);
  await provision(authority, documents);
  await using service = await connect(server, documents);
  const store = await service.store.uploads.open().orThrow();
  await store.put("a", bytesOf(1000)).orThrow();
  const objects = await uploads.objects();
  await uploads.deleteIndex();
  const { actions, materialized } = (await authority.reconcile("documents")).orThrow();
  assertEquals(actions.map((action) => action.kind === "create_bucket" && action.lost), [true]);
  assertEquals(materialized?.state, "reconciled");
  // Whoever has a backup of the index can still put it back.
  assertEquals((await uploads.collect(0)).removed, 0);
  assertEquals(await uploads.objects(), objects);
});

Deno.test("lost objects are said to be lost, and the store works again", async () => {
  await using server = await TrellisServer.start();
  const { authority, uploads } = await setUp(server);
  await provision(authority, documents);
  await uploads.setEntry("a", "leads nowhere");
  await uploads.deleteObjects();
  const { actions } = (await authority.reconcile("documents")).orThrow();
  assertEquals(actions.map((action) => action.kind === "create_bucket" && action.lost), [true]);
  await using service = await connect(server, documents);
  const store = await service.store.uploads.open().orThrow();
  await store.put("b", bytesOf(10)).orThrow();
  assertEquals((await authority.reconcile("documents")).orThrow().actions, []);
});

Deno.test("half a store that no binding names is finished, and nothing is lost", async () => {
  await using server = await TrellisServer.start();
  const { authority } = await setUp(server);
  const { connection } = await server.connect();
  const raw = new RawStore(connection, "svc_documents_uploads");
  await raw.create();
  await raw.deleteObjects();
  await acceptState(authority.store, "documents", {}, {
    contract: "documents@v1",
    store: { uploads: {} },
  });
  const { actions, materialized } = (await authority.reconcile("documents")).orThrow();
  assertEquals(actions.map((action) => action.kind === "create_bucket" && action.lost), [false]);
  assertEquals(materialized?.state, "reconciled");
});

Deno.test("a stream that was made again outside Trellis is not taken for the store's own", async () => {
  for (const part of ["index", "objects"] as const) {
    await using server = await TrellisServer.start();
    const { authority, uploads } = await setUp(server);
    await provision(authority, documents);
    const { [part]: { name, subjects } } = await uploads.configs();
    const { streams } = await uploads.manager();
    await streams.delete(name);
    await streams.add({ name, subjects });
    const { actions, materialized } = (await authority.reconcile("documents")).orThrow();
    assertEquals(actions, [], part);
    assertEquals(materialized?.problems.map(({ code }) => code), ["bucket_recreated"], part);
    assertEquals(Object.keys(materialized?.bindings.store ?? {}), ["exports", "previews"]);
    assertEquals((await streams.info(name)).config.metadata?.["trellis.alias"], undefined);
  }
});

Deno.test("a setting that was changed outside Trellis is undone, unless that would drop objects", async () => {
  await using server = await TrellisServer.start();
  const { authority, uploads } = await setUp(server);
  const store = { uploads: { ttlMs: 1000 } };
  await acceptState(authority.store, "documents", {}, { contract: "documents@v1", store });
  (await authority.reconcile("documents")).orThrow();
  await uploads.change("index", { max_age: 0 });
  await uploads.setEntry("a", "an entry");
  const written = Date.now();
  await until(() => Date.now() - written > 1200, "it is older than it may become");
  const kept = (await authority.reconcile("documents")).orThrow();
  assertEquals(kept.materialized?.problems.map(({ code, resource }) => [code, resource]), [
    ["repair_would_drop_data", "store/uploads"],
  ]);
  assertEquals((await uploads.state()).values, 1);
  assertEquals(kept.materialized?.bindings.store.uploads?.ttlMs, 0);
});
