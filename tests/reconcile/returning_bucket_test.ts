/** What becomes of data that was kept when its alias went, and of which a contract asks for again. */
import { Type } from "@sinclair/typebox";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Authority } from "../../reconcile/authority/authority.ts";
import type { Plan } from "../../reconcile/records/authority_record.ts";
import { accept, propose, provision } from "../support/deployed.ts";
import { kvContract } from "../support/kv_contract.ts";
import { createdAt } from "../support/nats/deployment_facts.ts";
import { RawBuckets } from "../support/nats/raw_buckets.ts";
import { TrellisServer } from "../support/trellis_server.ts";

const BUCKET = "svc_orders_service_q";
const HOUR = 3_600_000;

async function setUp(server: TrellisServer) {
  const { connection } = await server.connect();
  const authority = await server.authority();
  return { authority, connection, raw: new RawBuckets(connection) };
}

/** Provisions an alias, writes two values, and takes the alias out again. */
async function leave({ authority, raw }: Awaited<ReturnType<typeof setUp>>, history = 1) {
  await provision(authority, kvContract({ q: { history } }));
  for (const key of ["a", "b"]) await raw.put(BUCKET, key, JSON.stringify({ name: key }));
  const { record } = await provision(authority, kvContract({}));
  assertEquals(record.retired.map(({ name }) => name), [BUCKET]);
}

/** A process that accepts what is safe by itself presents a contract. */
async function presentInDev(authority: Authority, contract: ReturnType<typeof kvContract>) {
  const [presented] = await authority.present(
    [{ manifest: contract.manifest, digest: contract.digest }],
    { mode: "dev", by: "author" },
  );
  return presented!.orThrow();
}

function coded({ changes }: Plan): readonly (readonly [string, string])[] {
  return changes.map(({ code, severity }) => [code, severity] as const)
    .sort(([a], [b]) => a < b ? -1 : 1);
}

Deno.test("an alias that comes back with a ttl waits for a person, however young its data is", async () => {
  await using server = await TrellisServer.start();
  const its = await setUp(server);
  await leave(its);
  const { authority, raw, connection } = its;
  const before = await raw.config(BUCKET);
  const { kind, plan } = await presentInDev(authority, kvContract({ q: { ttlMs: HOUR } }));
  assertEquals([kind, plan?.kind], ["pending", "migration"]);
  assertEquals(coded(plan!), [["kv.reattached", "safe"], ["kv.ttl.added", "dangerous"]]);
  const [back, ttl] = plan!.changes;
  assertStringIncludes(back?.reason ?? "", `${BUCKET} was kept`);
  assertStringIncludes(back?.reason ?? "", "2 values");
  assertEquals([ttl?.impact?.bucket, ttl?.impact?.effect], [BUCKET, "dropped"]);
  const created = await createdAt(connection, BUCKET);
  assertEquals(plan?.adopts, { "kv/q": { name: BUCKET, created } });
  assertEquals((await authority.reconcile("orders-service")).orThrow().actions, []);
  assertEquals(await raw.config(BUCKET), before);
  // What a person accepted is done.
  await accept(authority, plan!);
  const { materialized } = (await authority.reconcile("orders-service")).orThrow();
  assertEquals([materialized?.state, materialized?.problems], ["reconciled", []]);
  assertEquals(materialized?.bindings.kv.q, { bucket: BUCKET, history: 1, ttlMs: HOUR });
  assertEquals((await raw.keys(BUCKET)).sort(), ["a", "b"]);
});

Deno.test("an alias that comes back as it was is safe, and says what is there again", async () => {
  await using server = await TrellisServer.start();
  const its = await setUp(server);
  await leave(its);
  const { authority, raw } = its;
  const { kind, plan } = await presentInDev(authority, kvContract({ q: { history: 3 } }));
  assertEquals([kind, plan?.kind, plan?.adopts], ["accepted", "update", undefined]);
  assertEquals(coded(plan!), [["kv.history.increased", "safe"], ["kv.reattached", "safe"]]);
  const { materialized, record } = (await authority.reconcile("orders-service")).orThrow();
  assertEquals(materialized?.bindings.kv.q, { bucket: BUCKET, history: 3, ttlMs: 0 });
  assertEquals([record.retired, (await raw.keys(BUCKET)).sort()], [[], ["a", "b"]]);
});

Deno.test("an alias that comes back with another schema is measured against what was kept", async () => {
  await using server = await TrellisServer.start();
  const its = await setUp(server);
  await leave(its);
  const { authority, raw } = its;
  const schema = Type.Object({ title: Type.String() });
  const { kind, plan } = await presentInDev(authority, kvContract({ q: {} }, { schema }));
  assertEquals([kind, plan?.kind], ["pending", "migration"]);
  assertEquals(coded(plan!), [["kv.reattached", "safe"], ["kv.reattached.schema", "dangerous"]]);
  const impact = plan!.changes.find(({ code }) => code === "kv.reattached.schema")?.impact;
  assertEquals([impact?.bucket, impact?.effect, impact?.values], [BUCKET, "invalid", 2]);
  await accept(authority, plan!);
  const { materialized } = (await authority.reconcile("orders-service")).orThrow();
  assertEquals(materialized?.state, "reconciled");
  assertEquals((await raw.keys(BUCKET)).sort(), ["a", "b"]);
});

Deno.test("a bucket that comes back with less history loses nothing that no person gave up", async () => {
  await using server = await TrellisServer.start();
  const its = await setUp(server);
  await leave(its, 5);
  const { authority, raw } = its;
  await raw.put(BUCKET, "a", JSON.stringify({ name: "again" }));
  const { plan } = await propose(authority, kvContract({ q: { history: 2 } }));
  assertEquals(coded(plan), [["kv.history.reduced", "dangerous"], ["kv.reattached", "safe"]]);
  await accept(authority, plan);
  const { materialized, actions } = (await authority.reconcile("orders-service")).orThrow();
  assertEquals(actions.map(({ kind, subject }) => [kind, subject.name]), [[
    "update_bucket",
    BUCKET,
  ]]);
  assertEquals([materialized?.state, (await raw.config(BUCKET)).max_msgs_per_subject], [
    "reconciled",
    2,
  ]);
});

Deno.test("a limit that went unseen when an alias came back is not followed, now or later", async () => {
  await using server = await TrellisServer.start();
  const its = await setUp(server);
  await leave(its);
  const { authority, raw } = its;
  const { plan } = await propose(authority, kvContract({ q: {} }));
  assertEquals(plan.kind, "update");
  // What the plan said is no longer so once somebody let the bucket keep more.
  await raw.change(BUCKET, { max_msgs_per_subject: 4 });
  await raw.put(BUCKET, "a", JSON.stringify({ name: "again" }));
  await accept(authority, plan);
  for (let run = 0; run < 2; run++) {
    const { actions, materialized } = (await authority.reconcile("orders-service")).orThrow();
    assertEquals([actions, materialized?.state], [[], "pending"]);
    const [problem] = materialized?.problems ?? [];
    assertEquals([problem?.code, problem?.resource], ["return_would_drop_data", "kv/q"]);
    assertStringIncludes(problem?.message ?? "", "history 4 -> 1");
    assert(!problem?.message.includes("changed outside Trellis"));
    assertEquals(materialized?.bindings.kv, {});
  }
  // The way out that the problem names.
  await provision(authority, kvContract({}));
  const again = (await propose(authority, kvContract({ q: {} }))).plan;
  assertEquals(coded(again), [["kv.history.reduced", "dangerous"], ["kv.reattached", "safe"]]);
  await accept(authority, again);
  const last = (await authority.reconcile("orders-service")).orThrow();
  assertEquals(last.materialized?.bindings.kv.q?.bucket, BUCKET);
});

Deno.test("an alias that comes back before anything was reconciled is judged in the same way", async () => {
  await using server = await TrellisServer.start();
  const { authority, raw } = await setUp(server);
  await provision(authority, kvContract({ q: {} }));
  await raw.put(BUCKET, "a", JSON.stringify({ name: "a" }));
  await accept(authority, (await propose(authority, kvContract({}))).plan);
  const { plan } = await propose(authority, kvContract({ q: { ttlMs: HOUR } }));
  assertEquals(coded(plan), [["kv.reattached", "safe"], ["kv.ttl.added", "dangerous"]]);
});

Deno.test("data of another lineage that comes back is judged in the same way", async () => {
  await using server = await TrellisServer.start();
  const { authority, raw } = await setUp(server);
  await provision(authority, kvContract({ q: {} }));
  await raw.put(BUCKET, "a", JSON.stringify({ name: "a" }));
  const other = kvContract({ q: {} }, { id: "orders-service@v2" });
  await provision(authority, other, "orders-service");
  const { plan } = await propose(authority, kvContract({ q: { ttlMs: HOUR } }), "orders-service");
  const codes = coded(plan).map(([code]) => code);
  assert(codes.includes("kv.reattached") && codes.includes("kv.ttl.added"), codes.join());
  await accept(authority, plan);
  const { materialized } = (await authority.reconcile("orders-service")).orThrow();
  assertEquals(materialized?.bindings.kv.q, { bucket: BUCKET, history: 1, ttlMs: HOUR });
});

Deno.test("a rename from a retired alias says where the data is, and how to get it", async () => {
  await using server = await TrellisServer.start();
  const its = await setUp(server);
  await leave(its);
  const { authority, raw } = its;
  const { kind, plan } = await presentInDev(
    authority,
    kvContract({ n: { renamedFrom: "q" } }),
  );
  assertEquals([kind, plan?.kind, plan?.adopts], ["pending", "migration", undefined]);
  assertEquals(coded(plan!), [["kv.renamed.retired", "dangerous"]]);
  const [change] = plan!.changes;
  assertStringIncludes(change?.reason ?? "", `q is retired, its data is in ${BUCKET}`);
  const { bucket, effect, values } = change?.impact ?? {};
  assertEquals([bucket, effect, values], [BUCKET, "detached", 2]);
  // The way out: the former alias comes back, and is renamed then.
  await provision(authority, kvContract({ q: {} }));
  const { materialized } = await provision(authority, kvContract({ n: { renamedFrom: "q" } }));
  assertEquals(materialized?.bindings.kv, { n: { bucket: BUCKET, history: 1, ttlMs: 0 } });
  assertEquals((await raw.keys(BUCKET)).sort(), ["a", "b"]);
  // Out and back in, with the words of the rename that is done still there.
  await provision(authority, kvContract({}));
  const back = await propose(authority, kvContract({ n: { renamedFrom: "q" } }));
  assertEquals(coded(back.plan), [["kv.reattached", "safe"]]);
  await accept(authority, back.plan);
  const last = (await authority.reconcile("orders-service")).orThrow();
  assertEquals(last.materialized?.bindings.kv.n?.bucket, BUCKET);
});

Deno.test("a store that comes back says its limits, and a rename from a retired one is reported", async () => {
  await using server = await TrellisServer.start();
  const { authority } = await setUp(server);
  await provision(authority, kvContract({}, { store: { files: {} } }));
  await provision(authority, kvContract({}));
  const store = { files: { ttlMs: HOUR } };
  const { plan } = await propose(authority, kvContract({}, { store }));
  assertEquals(coded(plan), [["store.reattached", "safe"], ["store.ttl.added", "dangerous"]]);
  const renamed = { blobs: { renamedFrom: "files" } };
  const other = (await propose(authority, kvContract({}, { store: renamed }))).plan;
  assertEquals(coded(other), [["store.renamed.retired", "dangerous"]]);
  assertEquals(other.changes[0]?.impact?.effect, "detached");
});
