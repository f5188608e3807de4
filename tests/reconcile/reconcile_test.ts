import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { Bindings } from "../../contracts/stored/bindings.ts";
import type { AuthorityStore } from "../../reconcile/records/record_store.ts";
import { reconcileDeployment } from "../../reconcile/reconciler/reconcile_deployment.ts";
import { acceptState } from "../support/accepted_state.ts";
import { accept, propose, provision } from "../support/deployed.ts";
import { kvContract } from "../support/kv_contract.ts";
import type { Buckets } from "../../reconcile/resources/buckets.ts";
import { openBuckets, RawBuckets } from "../support/nats/raw_buckets.ts";
import { SteppedPorts } from "../support/stepped_ports.ts";
import { TrellisServer } from "../support/trellis_server.ts";

const DEPLOYMENT = "orders-service";
const BUCKET = "svc_orders_service_orders";
const BINDINGS = "bindings.orders-service";
const orders = kvContract({ orders: { history: 3, ttlMs: 60_000, maxValueBytes: 2000 } });

async function setUp(server: TrellisServer) {
  return {
    authority: await server.authority(),
    raw: new RawBuckets((await server.connect()).connection),
  };
}

async function bindings(raw: RawBuckets, key = BINDINGS): Promise<Bindings> {
  return JSON.parse(await raw.get("trellis_authority", key) ?? "null");
}

Deno.test("reconcile makes the bucket as declared, then publishes where it is", async () => {
  await using server = await TrellisServer.start();
  const { authority, raw } = await setUp(server);
  const { plan } = await propose(authority, orders);
  await accept(authority, plan);
  assertEquals(await raw.names(), []);
  const outcome = (await authority.reconcile(DEPLOYMENT)).orThrow();
  assertEquals(outcome.actions.map(({ kind, subject }) => [kind, subject.name]), [[
    "create_bucket",
    BUCKET,
  ]]);
  assertEquals(outcome.materialized?.state, "reconciled");
  const config = await raw.config(BUCKET);
  assertEquals(config.max_age, 60_000 * 1e6);
  assertEquals(config.max_msgs_per_subject, 3);
  assert(config.max_msg_size! >= 2000);
  assertEquals([config.deny_delete, config.allow_rollup_hdrs, config.allow_direct], [
    true,
    true,
    true,
  ]);
  assertEquals([config.storage, config.discard, config.retention], ["file", "new", "limits"]);
  assertEquals(config.subjects, [`$KV.${BUCKET}.>`]);
  const own = Object.entries(config.metadata ?? {}).filter(([key]) => key.startsWith("trellis."));
  assertEquals(Object.fromEntries(own), {
    "trellis.deployment": DEPLOYMENT,
    "trellis.contract": "orders-service@v1",
    "trellis.alias": "orders",
    "trellis.kind": "kv",
  });
  const published = await bindings(raw);
  assertEquals(published, outcome.materialized?.bindings);
  assertEquals(published.kv, {
    orders: { bucket: BUCKET, history: 3, ttlMs: 60_000, maxValueBytes: 2000 },
  });
  assertEquals(published.digests, [orders.digest]);
});

Deno.test("a second reconcile does nothing and writes nothing", async () => {
  await using server = await TrellisServer.start();
  const { authority, raw } = await setUp(server);
  const first = await provision(authority, orders);
  const stream = "trellis_authority";
  const before = await raw.get(stream, "deployment.orders-service");
  const again = (await authority.reconcile(DEPLOYMENT)).orThrow();
  assertEquals(again.actions, []);
  assertEquals(again.materialized, first.materialized);
  assertEquals(await raw.get(stream, "deployment.orders-service"), before);
});

Deno.test("a bucket deleted outside Trellis is made again, one changed outside Trellis is repaired", async () => {
  await using server = await TrellisServer.start();
  const { authority, raw } = await setUp(server);
  await provision(authority, orders);
  await raw.delete(BUCKET);
  const made = (await authority.reconcile(DEPLOYMENT)).orThrow();
  assertEquals(made.actions.map(({ kind }) => kind), ["create_bucket"]);
  assertEquals(await raw.names(), [BUCKET]);
  await raw.put(BUCKET, "a", "1");
  await raw.change(BUCKET, { max_msgs_per_subject: 9, max_age: 5e9, duplicate_window: 5e9 });
  const repaired = (await authority.reconcile(DEPLOYMENT)).orThrow();
  assertEquals(repaired.actions.map(({ kind }) => kind), ["repair_bucket"]);
  assertEquals(repaired.materialized?.state, "reconciled");
  const config = await raw.config(BUCKET);
  assertEquals([config.max_msgs_per_subject, config.max_age], [3, 60_000 * 1e6]);
  assertEquals(await raw.get(BUCKET, "a"), "1");
});

Deno.test("a bucket without an owner is never touched, and the deployment stays pending", async () => {
  await using server = await TrellisServer.start();
  const { authority, raw } = await setUp(server);
  const { plan } = await propose(authority, orders);
  await accept(authority, plan);
  // Nobody was asked about it.
  await raw.create(BUCKET, { history: 2 });
  await raw.put(BUCKET, "a", "theirs");
  const before = await raw.config(BUCKET);
  const { materialized, actions } = (await authority.reconcile(DEPLOYMENT)).orThrow();
  assertEquals(actions, []);
  assertEquals(materialized?.state, "pending");
  assertEquals(
    materialized?.problems.map(({ code, resource, retryable }) => [
      code,
      resource,
      retryable,
    ]),
    [["bucket_not_ours", "kv/orders", false]],
  );
  assertEquals(materialized?.bindings.kv, {});
  assertEquals(await raw.config(BUCKET), before);
  assertEquals([await raw.names(), await raw.get(BUCKET, "a")], [[BUCKET], "theirs"]);
  await raw.delete(BUCKET);
  const after = (await authority.reconcile(DEPLOYMENT)).orThrow();
  assertEquals([after.materialized?.state, after.materialized?.problems], ["reconciled", []]);
});

Deno.test("owners that meet in one name get buckets of their own, whichever comes first", async () => {
  await using server = await TrellisServer.start();
  const { authority } = await setUp(server);
  const one = await provision(authority, kvContract({ c: {} }, { id: "a-b@v1" }));
  const two = await provision(authority, kvContract({ b_c: {} }, { id: "a@v1" }));
  const both = await provision(authority, kvContract({ jobCache: {}, job_cache: {} }));
  const dotted = await provision(authority, kvContract({ k: {} }), "x.y");
  const hyphened = await provision(authority, kvContract({ k: {} }), "x-y");
  const names = [one, two, both, dotted, hyphened].flatMap(({ materialized }) =>
    Object.values(materialized?.bindings.kv ?? {}).map(({ bucket }) => bucket)
  );
  assertEquals(names[0], "svc_a_b_c");
  assertEquals(new Set(names).size, 6);
  for (const name of ["a-b", "a", DEPLOYMENT, "x.y", "x-y"]) {
    const again = (await authority.reconcile(name)).orThrow();
    assertEquals([again.actions, again.materialized?.state], [[], "reconciled"]);
  }
});

Deno.test("removal takes the binding away, keeps the data, and coming back finds it", async () => {
  await using server = await TrellisServer.start();
  const { authority, raw } = await setUp(server);
  const both = kvContract({ orders: {}, carts: {} });
  await provision(authority, both);
  await raw.put("svc_orders_service_carts", "a", "1");
  const removed = await provision(authority, kvContract({ orders: {} }));
  assertEquals(Object.keys(removed.materialized?.bindings.kv ?? {}), ["orders"]);
  assertEquals(removed.record.retired.map(({ alias, name }) => [alias, name]), [
    ["carts", "svc_orders_service_carts"],
  ]);
  assertEquals(await raw.get("svc_orders_service_carts", "a"), "1");
  const again = (await authority.reconcile(DEPLOYMENT)).orThrow();
  assertEquals(again.record.retired, removed.record.retired);
  const back = await provision(authority, both);
  assertEquals([back.actions, back.record.retired], [[], []]);
  assertEquals(await raw.get("svc_orders_service_carts", "a"), "1");
});

Deno.test("one bucket that cannot be made does not keep the others away", async () => {
  await using server = await TrellisServer.start();
  const { authority, raw } = await setUp(server);
  await raw.occupy("svc_orders_service_bad");
  const { materialized } = await provision(authority, kvContract({ bad: {}, good: {} }));
  assertEquals(materialized?.state, "pending");
  assertEquals(Object.keys(materialized?.bindings.kv ?? {}), ["good"]);
  const [problem] = materialized?.problems ?? [];
  assertEquals([problem?.resource, problem?.retryable], ["kv/bad", false]);
  assert(problem?.message.includes("svc_orders_service_bad") && problem.hint !== "");
  assertEquals(await raw.names(), ["svc_orders_service_good"]);
  await raw.vacate("svc_orders_service_bad");
  const after = (await authority.reconcile(DEPLOYMENT)).orThrow();
  assertEquals([after.materialized?.state, after.actions.length], ["reconciled", 1]);
});

Deno.test("many that reconcile at once end in the same state, without a conflict", async () => {
  await using server = await TrellisServer.start();
  const { authority, raw } = await setUp(server);
  const { plan } = await propose(authority, kvContract({ a: {}, b: {}, c: { history: 4 } }));
  await accept(authority, plan);
  const others = await Promise.all(Array.from({ length: 4 }, () => server.authority()));
  const outcomes = await Promise.all(others.map((each) => each.reconcile(DEPLOYMENT)));
  for (const outcome of outcomes) {
    assertEquals(outcome.orThrow().materialized?.state, "reconciled");
    assertEquals(outcome.orThrow().materialized?.problems, []);
  }
  assertEquals((await raw.names()).length, 3);
  const record = (await authority.show(DEPLOYMENT)).orThrow();
  assertEquals(await bindings(raw), record.materialized?.bindings);
});

Deno.test("a slow reconcile of an older version does not take newer bindings back", async () => {
  await using server = await TrellisServer.start();
  const { authority, raw } = await setUp(server);
  const { plan } = await propose(authority, kvContract({ orders: {} }));
  await accept(authority, plan);
  const slow = await server.authority();
  // Between the reading of the record and the writing of the bindings, somebody is faster.
  let overtaken = false;
  const written: number[] = [];
  const store = standInFor(slow.store, {
    before: async () => {
      if (overtaken) return;
      overtaken = true;
      await provision(authority, kvContract({ orders: {}, carts: {} }));
    },
    after: async () => void written.push((await bindings(raw)).version),
  });
  const buckets = await openBuckets((await server.connect()).connection);
  const sources = { now: () => new Date().toISOString(), id: () => "" };
  const outcome = (await reconcileDeployment(DEPLOYMENT, store, buckets, sources)).orThrow();
  assert(overtaken);
  assertEquals(outcome.record.desired?.version, 2);
  assertEquals(written, [2, 2]);
  assertEquals(Object.keys((await bindings(raw)).kv), ["carts", "orders"]);
});

Deno.test("a bucket made for a version that is superseded meanwhile is retired, not forgotten", async () => {
  await using server = await TrellisServer.start();
  const { authority, raw } = await setUp(server);
  const { store } = authority;
  await acceptState(store, "d", { a: {}, b: {} });
  const buckets = await openBuckets((await server.connect()).connection);
  const slow = new SteppedPorts(store, buckets, async (write, _, work) => {
    if (write === 1) {
      await acceptState(store, "d", { a: {} });
      (await authority.reconcile("d")).orThrow();
    }
    return await work();
  });
  const sources = { now: () => new Date().toISOString(), id: () => "" };
  const outcome = (await reconcileDeployment("d", slow.store, slow.buckets, sources)).orThrow();
  assertEquals(await raw.names(), ["svc_d_a", "svc_d_b"]);
  assertEquals(outcome.record.retired.map(({ alias, name }) => [alias, name]), [["b", "svc_d_b"]]);
  assertEquals(outcome.materialized?.state, "reconciled");
});

Deno.test("a bucket that another client makes in the same moment is not taken, but reported", async () => {
  await using server = await TrellisServer.start();
  const { authority, raw } = await setUp(server);
  const { store } = authority;
  await acceptState(store, "d", { a: {} });
  const buckets = await openBuckets((await server.connect()).connection);
  const ports = new SteppedPorts(store, buckets, async (write, _, work) => {
    if (write === 1) await raw.create("svc_d_a", { history: 4 });
    return await work();
  });
  const sources = { now: () => new Date().toISOString(), id: () => "" };
  const outcome = (await reconcileDeployment("d", ports.store, ports.buckets, sources)).orThrow();
  assertEquals(outcome.materialized?.problems.map(({ code }) => code), ["bucket_not_ours"]);
  assertEquals((await raw.config("svc_d_a")).max_msgs_per_subject, 4);
});

Deno.test("bindings that were deleted or overwritten are published again", async () => {
  await using server = await TrellisServer.start();
  const { authority, raw } = await setUp(server);
  const { materialized } = await provision(authority, orders);
  for (const text of ["{", '{"format":"trellis.bindings.v1"}']) {
    await raw.put("trellis_authority", BINDINGS, text);
    (await authority.reconcile(DEPLOYMENT)).orThrow();
    assertEquals(await bindings(raw), materialized?.bindings);
  }
});

Deno.test("the server dies during a reconcile: unavailable, and the next one finishes it", async () => {
  await using server = await TrellisServer.start();
  const { authority } = await setUp(server);
  const aliases = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`k${i}`, {}]));
  const { plan } = await propose(authority, kvContract(aliases));
  await accept(authority, plan);
  const buckets = await openBuckets((await server.connect()).connection);
  let created = 0;
  const dying: Buckets = {
    under: () => dying,
    read: buckets.read.bind(buckets),
    update: buckets.update.bind(buckets),
    delete: buckets.delete.bind(buckets),
    create: async (...args: Parameters<typeof buckets.create>) => {
      if (++created === 5) await server.kill();
      return await buckets.create(...args);
    },
  };
  const { store } = await server.authority();
  const sources = { now: () => new Date().toISOString(), id: () => "" };
  const outcome = await reconcileDeployment(DEPLOYMENT, store, dying, sources);
  assertEquals(outcome.isErr() && outcome.error.code, "unavailable");
  await server.startAgain();
  const again = await server.authority();
  assertEquals((await again.show(DEPLOYMENT)).orThrow().materialized, undefined);
  const finished = (await again.reconcile(DEPLOYMENT)).orThrow();
  assertEquals(finished.materialized?.state, "reconciled");
  assertEquals(Object.keys(finished.materialized?.bindings.kv ?? {}).length, 12);
  assertEquals(finished.actions.length, 12 - 4);
});

Deno.test("the bucket of a replaced lineage is not the new lineage's", async () => {
  await using server = await TrellisServer.start();
  const { authority, raw } = await setUp(server);
  await provision(authority, kvContract({ orders: {} }));
  const next = kvContract({ orders: {} }, { id: "other@v1" });
  const { materialized } = await provision(authority, next, DEPLOYMENT);
  assertEquals(materialized?.state, "reconciled");
  assertNotEquals(materialized?.bindings.kv.orders?.bucket, BUCKET);
  assertEquals((await raw.names()).length, 2);
});

/** The store, with something that happens before and after bindings are written. */
function standInFor(
  store: AuthorityStore,
  { before, after }: { before(): Promise<void>; after(): Promise<void> },
): AuthorityStore {
  return {
    load: (name) => store.load(name),
    loadAll: () => store.loadAll(),
    save: (record, revision) => store.save(record, revision),
    savePlan: (plan) => store.savePlan(plan),
    loadPlan: (name, id) => store.loadPlan(name, id),
    loadPlans: (name) => store.loadPlans(name),
    saveBindings: async (bindings) => {
      await before();
      const saved = await store.saveBindings(bindings);
      await after();
      return saved;
    },
    loadPositions: (name) => store.loadPositions(name),
    savePositions: (positions) => store.savePositions(positions),
    watch: (changed, signal) => store.watch(changed, signal),
  };
}
