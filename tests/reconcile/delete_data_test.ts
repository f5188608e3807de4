import { assertEquals } from "@std/assert";
import type { Authority } from "../../reconcile/authority/authority.ts";
import { propose, provision } from "../support/deployed.ts";
import { kvContract } from "../support/kv_contract.ts";
import { RawBuckets } from "../support/nats/raw_buckets.ts";
import { TrellisServer } from "../support/trellis_server.ts";

const DEPLOYMENT = "orders-service";
const both = kvContract({ orders: {}, carts: {} });
const one = kvContract({ orders: {} });
const CARTS = "svc_orders_service_carts";
const ORDERS = "svc_orders_service_orders";
const MIGRATION = { verb: "accept-migration", by: "me", acknowledgement: "gone is gone" } as const;

async function setUp(server: TrellisServer) {
  const authority = await server.authority();
  const raw = new RawBuckets((await server.connect()).connection);
  await provision(authority, both);
  await raw.put(CARTS, "a", '{"name":"x"}');
  return { authority, raw };
}

async function codeOf(asked: ReturnType<Authority["deleteData"]>): Promise<string> {
  const result = await asked;
  return result.isErr() ? result.error.code : "planned";
}

Deno.test("accepting a removal keeps the data, and names what is retired", async () => {
  await using server = await TrellisServer.start();
  const { authority, raw } = await setUp(server);
  await provision(authority, one);
  assertEquals(await raw.names(), [CARTS, ORDERS]);
  const { retired } = (await authority.show(DEPLOYMENT)).orThrow();
  assertEquals(retired.map(({ alias, name, deletedBy }) => [alias, name, deletedBy]), [
    ["carts", CARTS, undefined],
  ]);
});

Deno.test("accepting a removal with its data deletes the bucket, and the decision says so", async () => {
  await using server = await TrellisServer.start();
  const { authority, raw } = await setUp(server);
  const { plan } = await propose(authority, one);
  (await authority.decide(DEPLOYMENT, plan.id, { ...MIGRATION, deleteData: ["kv/carts"] }))
    .orThrow();
  assertEquals(await raw.names(), [CARTS, ORDERS]);
  const { record } = (await authority.reconcile(DEPLOYMENT)).orThrow();
  assertEquals(await raw.names(), [ORDERS]);
  assertEquals(record.retired, []);
  assertEquals(record.history.at(-1)?.deleteData, ["kv/carts"]);
  assertEquals((await authority.verify(DEPLOYMENT)).orThrow().findings, []);
});

Deno.test("data that was retired earlier is deleted by a plan of its own, with its numbers", async () => {
  await using server = await TrellisServer.start();
  const { authority, raw } = await setUp(server);
  await provision(authority, one);
  const { plan } = (await authority.deleteData(DEPLOYMENT, "kv/carts", { by: "me" })).orThrow();
  const same = (await authority.deleteData(DEPLOYMENT, "kv/carts", { by: "you" })).orThrow();
  assertEquals(same.plan.id, plan.id);
  assertEquals(plan.kind, "migration");
  const [change] = plan.changes;
  assertEquals(change?.code, "kv.data.deleted");
  assertEquals([change?.impact?.effect, change?.impact?.values], ["dropped", 1]);
  const update = await authority.decide(DEPLOYMENT, plan.id, { verb: "accept-update", by: "me" });
  assertEquals(update.isErr() && update.error.code, "plan_is_migration");
  const before = (await authority.show(DEPLOYMENT)).orThrow().desired;
  const { record } = (await authority.decide(DEPLOYMENT, plan.id, MIGRATION)).orThrow();
  // The service itself is not concerned: what ran may run on.
  assertEquals([record.desired?.needs, record.desired?.digests], [before?.needs, before?.digests]);
  (await authority.reconcile(DEPLOYMENT)).orThrow();
  assertEquals(await raw.names(), [ORDERS]);
  assertEquals((await authority.verify(DEPLOYMENT)).orThrow().findings, []);
});

Deno.test("what is bound, unknown, or being deleted already cannot be deleted", async () => {
  await using server = await TrellisServer.start();
  const { authority, raw } = await setUp(server);
  for (const resource of ["kv/orders", "kv/nothing", "kv/__proto__", "carts", "", "kv/carts"]) {
    assertEquals(
      await codeOf(authority.deleteData(DEPLOYMENT, resource, { by: "me" })),
      "resource_not_retired",
      resource,
    );
  }
  await provision(authority, one);
  const { plan } = (await authority.deleteData(DEPLOYMENT, "kv/carts", { by: "me" })).orThrow();
  (await authority.decide(DEPLOYMENT, plan.id, MIGRATION)).orThrow();
  assertEquals(
    await codeOf(authority.deleteData(DEPLOYMENT, "kv/carts", { by: "me" })),
    "resource_not_retired",
  );
  assertEquals(await raw.get(CARTS, "a"), '{"name":"x"}');
});

Deno.test("while a contract's plan waits, that one is decided first", async () => {
  await using server = await TrellisServer.start();
  const { authority } = await setUp(server);
  await provision(authority, one);
  await propose(authority, kvContract({ orders: { history: 4 } }));
  assertEquals(
    await codeOf(authority.deleteData(DEPLOYMENT, "kv/carts", { by: "me" })),
    "plan_pending",
  );
});

Deno.test("data that goes by another name meanwhile is not deleted with what else goes", async () => {
  await using server = await TrellisServer.start();
  const { authority, raw } = await setUp(server);
  // Three versions, and no reconcile in between: carts -> baskets -> trolleys, and orders goes.
  const versions = [
    kvContract({ baskets: { renamedFrom: "carts" }, orders: {} }),
    kvContract({ trolleys: { renamedFrom: "baskets" } }),
  ];
  for (const version of versions) {
    const { plan } = await propose(authority, version);
    (await authority.decide(DEPLOYMENT, plan.id, { ...MIGRATION, deleteData: ["all"] })).orThrow();
  }
  const { record } = (await authority.reconcile(DEPLOYMENT)).orThrow();
  assertEquals(record.history.at(-1)?.deleteData, ["kv/orders"]);
  assertEquals(await raw.names(), [CARTS]);
  assertEquals(record.materialized?.bindings.kv.trolleys?.bucket, CARTS);
  assertEquals(await raw.get(CARTS, "a"), '{"name":"x"}');
  assertEquals((await authority.verify(DEPLOYMENT)).orThrow().findings, []);
});
