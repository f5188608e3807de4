import { actionResource } from "../../reconcile/reconciler/action.ts";
import { assert, assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import { Type } from "@sinclair/typebox";
import { defineServiceContract } from "@qlever-llc/trellis";
import { bindingsKey } from "../../contracts/stored/authority_records.ts";
import { EVENT_STREAM } from "../../contracts/stored/event_stream.ts";
import { parseBindings } from "../../contracts/stored/bindings.ts";
import { openAuthority } from "../../reconcile/nats/open_authority.ts";
import type { Plan } from "../../reconcile/records/authority_record.ts";
import { accept, connect, propose, provision } from "../support/deployed.ts";
import { documents, firstDocuments } from "../support/documents_contract.ts";
import { kvContract, type StoreSettings } from "../support/kv_contract.ts";
import { RawBuckets } from "../support/nats/raw_buckets.ts";
import { RawStore } from "../support/nats/raw_stores.ts";
import { TrellisServer } from "../support/trellis_server.ts";

const ID = "documents@v1";
const UPLOADS = "svc_documents_uploads";
const MIB = 1 << 20;

/** A contract with nothing but stores. */
function stores(store: Readonly<Record<string, StoreSettings>>) {
  return kvContract({}, { id: ID, store });
}

async function setUp(server: TrellisServer) {
  const { connection } = await server.connect();
  return {
    authority: await server.authority(),
    connection,
    raw: new RawBuckets(connection),
    uploads: new RawStore(connection, UPLOADS),
    bindings: async (deployment = "documents") =>
      parseBindings(
        JSON.parse(
          await new RawBuckets(connection).get("trellis_authority", bindingsKey(deployment)) ??
            "null",
        ),
      ),
  };
}

function dangers({ changes }: Plan): readonly string[] {
  return changes.filter(({ severity }) => severity === "dangerous").map(({ code }) => code);
}

Deno.test("[S3] the stream of a subsystem is there without a stream in any contract", async () => {
  await using server = await TrellisServer.start();
  const { authority, connection } = await setUp(server);
  const Done = Type.Object({ id: Type.String() });
  const announcing = defineServiceContract({ schemas: { Done } }, (ref) => ({
    id: ID,
    displayName: "Documents",
    description: "Tells when something is done.",
    events: { "Documents.Done": { version: "v1", event: ref.schema("Done") } },
  }));
  await provision(authority, announcing);
  assertEquals(announcing.manifest.resources, undefined);
  const { streams } = await new RawStore(connection, "none").manager();
  assertEquals((await streams.info(EVENT_STREAM)).config.metadata?.["trellis.kind"], "events");
});

Deno.test("[S8] [S9] an accepted store is desired, and only the reconcile makes it and its binding", async () => {
  await using server = await TrellisServer.start();
  const { authority, raw, bindings } = await setUp(server);
  const { plan } = await propose(authority, documents);
  assertEquals([await raw.stores(), await bindings()], [[], undefined]);
  const early = await connect(server, documents).then(() => "connected", () => "refused");
  assertEquals([early, await raw.stores()], ["refused", []]);
  await accept(authority, plan);
  const { desired } = (await authority.show("documents")).orThrow();
  assertEquals(Object.keys(desired?.needs.resources.store ?? {}).sort(), [
    "exports",
    "previews",
    "uploads",
  ]);
  assertEquals([await raw.stores(), await bindings()], [[], undefined]);
  const { actions, materialized } = (await authority.reconcile("documents")).orThrow();
  assertEquals(materialized?.state, "reconciled");
  assertEquals(actions.map((action) => `${action.kind} ${actionResource(action)}`), [
    "create_bucket kv/uploads",
    "create_bucket store/exports",
    "create_bucket store/previews",
    "create_bucket store/uploads",
  ]);
  assertEquals(await raw.stores(), [
    "svc_documents_exports",
    "svc_documents_previews",
    UPLOADS,
  ]);
  assertEquals((await bindings())?.store, {
    exports: { name: "svc_documents_exports", ttlMs: 0, maxObjectBytes: 1000 },
    previews: { name: "svc_documents_previews", ttlMs: 0 },
    uploads: { name: UPLOADS, ttlMs: 0 },
  });
  const again = (await authority.reconcile("documents")).orThrow();
  assertEquals([again.actions, again.materialized], [[], materialized]);
});

Deno.test("[S10] only the reconcile changes a store's settings and its binding", async () => {
  await using server = await TrellisServer.start();
  const { authority, uploads, bindings } = await setUp(server);
  await provision(authority, stores({ uploads: { ttlMs: 60_000 } }));
  const before = await bindings();
  const { plan } = await propose(authority, stores({ uploads: { ttlMs: 120_000 } }));
  await accept(authority, plan);
  assertEquals([(await uploads.state()).settings.ttlMs, await bindings()], [60_000, before]);
  const { actions } = (await authority.reconcile("documents")).orThrow();
  assertEquals(actions.map(({ kind }) => kind), ["update_bucket"]);
  assertEquals((await uploads.state()).settings.ttlMs, 120_000);
  assertEquals((await bindings())?.store.uploads?.ttlMs, 120_000);
});

Deno.test("[S11] only the reconcile takes a binding away and deletes a store, as was decided", async () => {
  await using server = await TrellisServer.start();
  const { authority, raw, bindings } = await setUp(server);
  await provision(authority, stores({ uploads: {}, exports: {} }));
  const { plan } = await propose(authority, stores({ uploads: {} }));
  await accept(authority, plan);
  assertEquals(Object.keys((await bindings())?.store ?? {}), ["exports", "uploads"]);
  const retired = (await authority.reconcile("documents")).orThrow();
  assertEquals(retired.actions.map(({ kind }) => kind), ["retire_bucket"]);
  assertEquals(Object.keys((await bindings())?.store ?? {}), ["uploads"]);
  // Without a word about its data it is kept.
  assertEquals(await raw.stores(), ["svc_documents_exports", UPLOADS]);
  const deletion = (await authority.deleteData("documents", "store/exports", { by: "me" }))
    .orThrow();
  assertEquals(dangers(deletion.plan), ["store.data.deleted"]);
  await accept(authority, deletion.plan);
  assertEquals(await raw.stores(), ["svc_documents_exports", UPLOADS]);
  const deleted = (await authority.reconcile("documents")).orThrow();
  assertEquals(deleted.actions.map(({ kind }) => kind), ["delete_bucket"]);
  assertEquals([await raw.stores(), await raw.names()], [[UPLOADS], [`${UPLOADS}__index`]]);
  assertEquals((await authority.verify("documents")).orThrow().findings, []);
});

Deno.test("[S12] [S40] a store of another owner is adopted by the reconcile, after a migration", async () => {
  await using server = await TrellisServer.start();
  const { authority, uploads, bindings } = await setUp(server);
  await uploads.createForeign({ description: "theirs" });
  await uploads.putForeign("report.pdf", new Uint8Array(1000));
  const before = (await uploads.state()).created;
  const contract = stores({ uploads: {} });
  const [presented] = await authority.present(
    [{ manifest: contract.manifest, digest: contract.digest }],
    { mode: "dev", by: "dev" },
  );
  const { kind, plan } = presented!.orThrow();
  assertEquals([kind, plan?.kind, plan && dangers(plan)], ["pending", "migration", [
    "store.adopted",
  ]]);
  assertEquals(plan?.adopts, { "store/uploads": { name: UPLOADS, created: before } });
  const update = await authority.decide("documents", plan!.id, { verb: "accept-update", by: "me" });
  assertEquals(update.isErr() && update.error.code, "plan_is_migration");
  await accept(authority, plan!);
  assertEquals((await uploads.state()).created, before);
  const { actions, materialized } = (await authority.reconcile("documents")).orThrow();
  assertEquals(actions.map(({ kind }) => kind), ["adopt_bucket"]);
  assertEquals([materialized?.state, materialized?.problems], ["reconciled", []]);
  assertEquals((await bindings())?.store.uploads, { name: UPLOADS, ttlMs: 0 });
  const { objects } = await uploads.configs();
  assertEquals([objects.description, objects.deny_delete], ["theirs", true]);
  assertEquals((await uploads.blob("report.pdf"))?.length, 1000);
  assertEquals((await authority.reconcile("documents")).orThrow().actions, []);
});

Deno.test("[S40] a store that another deployment owns is never adopted", async () => {
  await using server = await TrellisServer.start();
  const { authority, raw } = await setUp(server);
  await provision(authority, kvContract({}, { id: "a@v1", store: { "b-c": {} } }));
  const meets = kvContract({}, { id: "a-b@v1", store: { c: {} } });
  const { plan } = await propose(authority, meets);
  assertEquals([plan.kind, plan.adopts], ["update", undefined]);
  const { materialized } = await provision(authority, meets);
  assertEquals(materialized?.state, "reconciled");
  assertNotEquals(materialized?.bindings.store.c?.name, "svc_a_b_c");
  assertEquals((await raw.stores()).length, 2);
});

Deno.test("[S41] adopting a store that keeps objects for longer is dangerous, and says what goes", async () => {
  await using server = await TrellisServer.start();
  const { authority, uploads } = await setUp(server);
  await uploads.createForeign();
  await uploads.putForeign("a", new Uint8Array(10));
  const { plan } = await propose(authority, stores({ uploads: { ttlMs: 60_000 } }));
  assertEquals(dangers(plan), ["store.adopted", "store.adopted.retention"]);
  const retention = plan.changes.find(({ code }) => code === "store.adopted.retention");
  assertEquals(retention?.path, "/resources/store/uploads/ttlMs");
  // Objects are kept an hour longer than their keys: nothing is as old as that.
  assertEquals([retention?.impact?.effect, retention?.impact?.values], ["dropped", 0]);
});

Deno.test("[S42] adopting a store with wider limits is dangerous, and says what no longer fits", async () => {
  await using server = await TrellisServer.start();
  const { authority, uploads } = await setUp(server);
  await uploads.createForeign();
  await uploads.putForeign("small", new Uint8Array(10));
  await uploads.putForeign("large", new Uint8Array(5000));
  const { plan } = await propose(
    authority,
    stores({ uploads: { maxTotalBytes: 1000, maxObjectBytes: 100 } }),
  );
  assertEquals(dangers(plan), [
    "store.adopted",
    "store.adopted.limits",
    "store.adopted.limits",
  ]);
  const limits = plan.changes.filter(({ code }) => code === "store.adopted.limits");
  const impacts = limits.map(({ path, impact }) => [
    path.split("/").at(-1),
    impact?.effect,
    impact?.first.map(({ key }) => key),
    impact?.bytes,
  ]);
  assertEquals(impacts, [
    ["maxTotalBytes", "blocked", ["small", "large"], 5010],
    ["maxObjectBytes", "too_large", ["large"], 5000],
  ]);
});

Deno.test("[S21] a store declaration is checked in the contract that is presented", async () => {
  await using server = await TrellisServer.start();
  const { authority } = await setUp(server);
  const wrong = [{ ttlMs: -1 }, { maxTotalBytes: 1.5 }, { maxObjectBytes: 0 }, { purpose: "" }];
  for (const settings of wrong) {
    const { manifest } = stores({ uploads: {} });
    const store = { uploads: { purpose: "x", ...settings } };
    const [presented] = await authority.present(
      [{ manifest: { ...manifest, resources: { store } }, digest: "d" }],
      { mode: "dev", by: "dev" },
    );
    assert(presented?.isErr(), JSON.stringify(settings));
    assertEquals(presented.error.code, "contract_invalid");
    assertStringIncludes(presented.error.message, "/resources/store/uploads");
  }
  assertEquals((await authority.list()).orThrow(), []);
});

Deno.test("[S22] digests of one lineage have one store, whatever else changes", async () => {
  await using server = await TrellisServer.start();
  const { authority } = await setUp(server);
  const first = await provision(authority, firstDocuments);
  const second = await provision(authority, documents);
  assertNotEquals(firstDocuments.digest, documents.digest);
  assertEquals(
    second.materialized?.bindings.store.uploads,
    first.materialized?.bindings.store.uploads,
  );
});

Deno.test("[S22] [S24] a rename that is declared keeps the store and its objects", async () => {
  await using server = await TrellisServer.start();
  const { authority, uploads } = await setUp(server);
  await provision(authority, stores({ uploads: {} }));
  await uploads.setEntry("a", "entry");
  const renamed = stores({ incoming: { renamedFrom: "uploads" } });
  const { actions, materialized, record } = await provision(authority, renamed);
  assertEquals(actions.map(({ kind }) => kind), ["rename_bucket"]);
  assertEquals(materialized?.bindings.store, { incoming: { name: UPLOADS, ttlMs: 0 } });
  assertEquals([record.retired, (await uploads.state()).values], [[], 1]);
});

Deno.test("[S23] two deployments of one contract have two stores for one alias", async () => {
  await using server = await TrellisServer.start();
  const { authority, bindings } = await setUp(server);
  await provision(authority, documents);
  await provision(authority, documents, "archive");
  const names = [await bindings(), await bindings("archive")]
    .map((each) => each?.store.uploads?.name);
  assertEquals(names, [UPLOADS, "svc_archive_uploads"]);
});

Deno.test("[S25] [S26] [S47] what cannot be made keeps the deployment pending, optional or not", async () => {
  await using server = await TrellisServer.start();
  const { authority, connection, bindings } = await setUp(server);
  const previews = new RawStore(connection, "svc_documents_previews");
  await previews.occupy();
  const { materialized } = await provision(authority, documents);
  assertEquals(materialized?.state, "pending");
  assertEquals(materialized?.problems.map(({ resource, retryable }) => [resource, retryable]), [
    ["store/previews", false],
  ]);
  assertStringIncludes(materialized?.problems[0]?.message ?? "", "the store svc_documents_preview");
  assertEquals(Object.keys((await bindings())?.store ?? {}), ["exports", "uploads"]);
  await previews.vacate();
  const after = (await authority.reconcile("documents")).orThrow();
  assertEquals(after.materialized?.state, "reconciled");
  assertEquals(Object.keys((await bindings())?.store ?? {}), ["exports", "previews", "uploads"]);
});

Deno.test("[S26] a store that the account has no room for is tried again, and reported", async () => {
  await using server = await TrellisServer.start({
    configText: `accounts { A { jetstream { max_streams: 4 }, users: [{ user: u, password: p }] } }
no_auth_user: u`,
  });
  const { authority } = await setUp(server);
  // Records and events take two; a store takes two streams, of which the second may not fit.
  const { materialized } = await provision(authority, stores({ a: {}, b: {} }));
  assertEquals(materialized?.state, "pending");
  assertEquals(materialized?.problems.map(({ code, retryable }) => [code, retryable]), [
    ["nats_limit", true],
  ]);
  assertEquals(Object.keys(materialized?.bindings.store ?? {}), ["a"]);
});

Deno.test("[S27] a contract that limits nothing any more gets stores without limits", async () => {
  await using server = await TrellisServer.start();
  const { authority, uploads, bindings } = await setUp(server);
  const limits = { maxTotalBytes: 10 * MIB, maxObjectBytes: MIB, ttlMs: 3_600_000 };
  await provision(authority, stores({ uploads: limits }));
  assertEquals((await uploads.configs()).objects.max_bytes, 10 * MIB);
  assertEquals((await bindings())?.store.uploads, { name: UPLOADS, ...limits });
  const { plan } = await propose(authority, stores({ uploads: {} }));
  assertEquals(plan.kind, "update");
  await accept(authority, plan);
  (await authority.reconcile("documents")).orThrow();
  const { objects, index } = await uploads.configs();
  assertEquals([objects.max_bytes, objects.max_age, index.max_age], [-1, 0, 0]);
  assertEquals((await bindings())?.store.uploads, { name: UPLOADS, ttlMs: 0 });
});

Deno.test("[S91] a policy limits stores, and the binding has what is in force", async () => {
  await using server = await TrellisServer.start();
  const { connection, uploads } = await setUp(server);
  const policy = { maxTtlMs: 60_000, maxTotalBytes: 5 * MIB, maxObjectBytes: MIB };
  const authority = (await openAuthority(connection, { policy })).orThrow();
  const asked = { uploads: { ttlMs: 3_600_000, maxObjectBytes: 500 } };
  const { materialized } = await provision(authority, stores(asked));
  assertEquals(materialized?.state, "reconciled");
  const inForce = { ttlMs: 60_000, maxTotalBytes: 5 * MIB, maxObjectBytes: 500 };
  assertEquals(materialized?.bindings.store.uploads, { name: UPLOADS, ...inForce });
  assertEquals((await uploads.state()).settings, inForce);
});
