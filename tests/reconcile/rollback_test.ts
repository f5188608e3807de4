import { assert, assertEquals } from "@std/assert";
import type { Contract } from "../../contracts/define/contract.ts";
import type { Authority } from "../../reconcile/authority/authority.ts";
import type { AuthorityMode } from "../../reconcile/records/authority_record.ts";
import { accept, propose, provision } from "../support/deployed.ts";
import { kvContract } from "../support/kv_contract.ts";
import { RawBuckets } from "../support/nats/raw_buckets.ts";
import { TrellisServer } from "../support/trellis_server.ts";

const DEPLOYMENT = "orders-service";
const BUCKET = "svc_orders_service_orders";
const first = kvContract({ orders: { history: 5 } });
const second = kvContract({ orders: { history: 5 }, carts: {} });
const third = kvContract({ orders: { history: 9 }, carts: {} });
const ME = { by: "me" };

async function presentAs(authority: Authority, contract: Contract, mode: AuthorityMode) {
  const { manifest, digest } = contract;
  const [presented] = await authority.present([{ manifest, digest }], { mode, by: "dev" });
  return presented!.orThrow();
}

async function codeOf(asked: ReturnType<Authority["rollback"]>): Promise<string> {
  const result = await asked;
  return result.isErr() ? result.error.code : "planned";
}

Deno.test("a rollback is an ordinary plan with its impact, and leads to what was accepted then", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  await provision(authority, first);
  await provision(authority, third);
  const raw = new RawBuckets((await server.connect()).connection);
  for (let i = 0; i < 8; i++) await raw.put(BUCKET, "a", JSON.stringify({ name: `${i}` }));
  const { plan, record } = (await authority.rollback(DEPLOYMENT, 1, ME)).orThrow();
  assertEquals([plan.kind, plan.baseVersion, plan.rollbackTo], ["migration", 2, 1]);
  assertEquals(plan.needs.digest, first.digest);
  const reduced = plan.changes.find(({ code }) => code === "kv.history.reduced");
  assertEquals(reduced?.impact?.revisions, 3);
  assertEquals(record.desired?.version, 2);
  await accept(authority, plan);
  const { record: after } = (await authority.reconcile(DEPLOYMENT)).orThrow();
  assertEquals([after.desired?.version, after.desired?.needs.digest], [3, first.digest]);
  assertEquals(after.materialized?.bindings.digests, [first.digest]);
  assertEquals((await raw.config(BUCKET)).max_msgs_per_subject, 5);
  assertEquals((await authority.verify(DEPLOYMENT)).orThrow().findings, []);
  const again = (await authority.rollback(DEPLOYMENT, 2, ME)).orThrow();
  assertEquals(again.plan.needs.digest, third.digest);
});

Deno.test("the same rollback asked for twice is one pending plan", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  await provision(authority, first);
  await provision(authority, second);
  const one = (await authority.rollback(DEPLOYMENT, 1, ME)).orThrow();
  const two = (await authority.rollback(DEPLOYMENT, 1, { by: "you" })).orThrow();
  assertEquals(two.plan, one.plan);
  assertEquals((await authority.plans(DEPLOYMENT, "pending")).orThrow().length, 1);
});

Deno.test("versions that are unknown, current, the same, or whose plan is damaged are refused", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const { plan } = await propose(authority, first);
  assertEquals(await codeOf(authority.rollback("nothing", 1, ME)), "deployment_not_found");
  assertEquals(await codeOf(authority.rollback(DEPLOYMENT, 1, ME)), "version_not_found");
  await accept(authority, plan);
  await provision(authority, second);
  for (const version of [0, 3, -1, 1.5]) {
    assertEquals(await codeOf(authority.rollback(DEPLOYMENT, version, ME)), "version_not_found");
  }
  assertEquals(await codeOf(authority.rollback(DEPLOYMENT, 2, ME)), "version_current");
  await provision(authority, first);
  assertEquals(await codeOf(authority.rollback(DEPLOYMENT, 1, ME)), "version_current");
  const raw = new RawBuckets((await server.connect()).connection);
  const key = `plan.orders-service.${plan.id}`;
  const text = await raw.get("trellis_authority", key) ?? "";
  await provision(authority, third);
  const { seal: _, ...unsealed } = JSON.parse(text);
  for (
    const damaged of [
      "{}",
      text.replace('"history":5', '"history":4'),
      JSON.stringify({ ...unsealed, createdAt: "2020-01-01T00:00:00.000Z" }),
    ]
  ) {
    await raw.put("trellis_authority", key, damaged);
    assertEquals(await codeOf(authority.rollback(DEPLOYMENT, 1, ME)), "record_corrupt");
  }
  await raw.remove("trellis_authority", key);
  assertEquals(await codeOf(authority.rollback(DEPLOYMENT, 1, ME)), "record_corrupt");
  assertEquals((await authority.plans(DEPLOYMENT, "pending")).orThrow(), []);
});

Deno.test("a rollback that waits is not taken away by a process that presents what it presented before", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  await presentAs(authority, first, "dev");
  await presentAs(authority, second, "dev");
  const { plan } = (await authority.rollback(DEPLOYMENT, 1, ME)).orThrow();
  const current = await presentAs(authority, second, "dev");
  assertEquals([current.kind, current.record.pending?.planId], ["unchanged", plan.id]);
  // Instead of a plan that waits: presenting that contract again leaves the rollback.
  const { record } = await presentAs(authority, third, "strict");
  assert(record.pending?.planId !== plan.id);
  const instead = (await authority.rollback(DEPLOYMENT, 1, ME)).orThrow();
  const again = await presentAs(authority, third, "strict");
  assertEquals([again.kind, again.plan?.id], ["pending", instead.plan.id]);
  // Something that was never presented before is newer than the rollback.
  const newer = await presentAs(authority, kvContract({ orders: { history: 7 } }), "strict");
  assert(newer.plan?.id !== instead.plan.id);
  const states = (await authority.plans(DEPLOYMENT)).orThrow();
  assertEquals(states.find((view) => view.plan.id === instead.plan.id)?.state, "superseded");
});

Deno.test("in dev mode a rollback waits for a person, and so does the next change after it", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  await presentAs(authority, first, "dev");
  await presentAs(authority, second, "dev");
  const { plan } = (await authority.rollback(DEPLOYMENT, 1, ME)).orThrow();
  assertEquals((await presentAs(authority, first, "dev")).kind, "pending");
  await accept(authority, plan);
  assertEquals((await presentAs(authority, first, "dev")).kind, "unchanged");
  // Adding a bucket is safe, and would be accepted by the process at once otherwise.
  const back = await presentAs(authority, second, "dev");
  assertEquals([back.kind, back.plan?.kind], ["pending", "update"]);
  assertEquals((await presentAs(authority, second, "dev")).kind, "pending");
  const edited = await presentAs(authority, kvContract({ orders: { history: 6 } }), "dev");
  assertEquals([edited.kind, edited.record.desired?.rollbackTo], ["pending", 1]);
  await accept(authority, edited.plan!);
  assertEquals((await presentAs(authority, third, "dev")).kind, "accepted");
  assertEquals((await authority.verify(DEPLOYMENT)).orThrow().findings, []);
});

Deno.test("going back over renames keeps the data, as the renames did", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  await provision(authority, kvContract({ orders: {} }));
  const raw = new RawBuckets((await server.connect()).connection);
  await raw.put(BUCKET, "a", '{"name":"kept"}');
  await provision(authority, kvContract({ sales: { renamedFrom: "orders" } }));
  await provision(authority, kvContract({ deals: { renamedFrom: "sales" } }));
  for (const [version, alias] of [[1, "orders"], [3, "deals"], [2, "sales"]] as const) {
    const { plan } = (await authority.rollback(DEPLOYMENT, version, ME)).orThrow();
    const dangerous = plan.changes.filter(({ severity }) => severity === "dangerous");
    assertEquals(dangerous.map(({ code }) => code), ["kv.renamed"]);
    await accept(authority, plan);
    const { record } = (await authority.reconcile(DEPLOYMENT)).orThrow();
    assertEquals(record.materialized?.bindings.kv[alias]?.bucket, BUCKET);
    assertEquals([record.retired, await raw.get(BUCKET, "a")], [[], '{"name":"kept"}']);
    assertEquals((await authority.verify(DEPLOYMENT)).orThrow().findings, []);
  }
});

Deno.test("going back is refused where an alias has come to hold other data", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const versions = [
    kvContract({ orders: {}, carts: {} }),
    kvContract({ parked: { renamedFrom: "orders" }, carts: {} }),
    kvContract({ parked: {}, orders: { renamedFrom: "carts" } }),
  ];
  for (const version of versions) await provision(authority, version);
  assertEquals(await codeOf(authority.rollback(DEPLOYMENT, 1, ME)), "rollback_crosses_renames");
  assertEquals(await codeOf(authority.rollback(DEPLOYMENT, 2, ME)), "planned");
});
