import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Authority } from "../../reconcile/authority.ts";
import { openAuthority } from "../../reconcile/nats/open_authority.ts";
import type { AuthorityMode } from "../../reconcile/record.ts";
import type { Contract } from "../../contracts/contract.ts";
import { accept, propose, provision } from "../support/deployed.ts";
import { kvContract } from "../support/kv_contract.ts";
import { RawBuckets } from "../support/nats/raw_buckets.ts";
import { ordersRpc } from "../support/orders_rpc.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { until } from "../support/until.ts";

const DEPLOYMENT = "orders-service";
const orders = kvContract({ orders: { history: 5 } });
const reduced = kvContract({ orders: { history: 1 } });
const more = kvContract({ orders: { history: 5 }, carts: {} });

function present(authority: Authority, contract: Contract, mode: AuthorityMode, by = "me") {
  return authority.present([{ manifest: contract.manifest, digest: contract.digest }], { mode, by })
    .then(([presented]) => presented!);
}

Deno.test("present in strict mode leaves a pending plan and creates no bucket", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const presented = (await present(authority, orders, "strict")).orThrow();
  assertEquals(presented.kind, "pending");
  assertEquals(presented.record.desired, undefined);
  assertEquals((await authority.reconcile(DEPLOYMENT)).orThrow().actions, []);
  assertEquals(await new RawBuckets((await server.connect()).connection).names(), []);
  const [view, ...rest] = (await authority.plans(DEPLOYMENT, "pending")).orThrow();
  assertEquals(rest, []);
  assertEquals(view?.plan, presented.plan);
});

Deno.test("a rejected plan leads to nothing and is not accepted later", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const { plan } = await propose(authority, orders);
  const by = "reviewer";
  (await authority.decide(DEPLOYMENT, plan.id, { verb: "reject", by, reason: "no" })).orThrow();
  (await authority.reconcile(DEPLOYMENT)).orThrow();
  assertEquals(await new RawBuckets((await server.connect()).connection).names(), []);
  const late = await authority.decide(DEPLOYMENT, plan.id, { verb: "accept-update", by });
  assert(late.isErr());
  assertEquals(late.error.code, "plan_already_decided");
  assertEquals((await authority.plan(DEPLOYMENT, plan.id)).orThrow().state, "rejected");
});

Deno.test("presenting the same boundary again, also from elsewhere, is one pending plan", async () => {
  await using server = await TrellisServer.start();
  const [one, two] = [await server.authority(), await server.authority()];
  const first = (await present(one, orders, "strict")).orThrow();
  const again = (await present(one, orders, "strict")).orThrow();
  const elsewhere = (await present(two, orders, "strict")).orThrow();
  assertEquals([again.plan?.id, elsewhere.plan?.id], [first.plan?.id, first.plan?.id]);
  assertEquals((await one.plans(DEPLOYMENT)).orThrow().length, 1);
});

Deno.test("presenting one boundary from many connections at once leaves one pending plan", async () => {
  await using server = await TrellisServer.start();
  const authorities = await Promise.all(Array.from({ length: 4 }, () => server.authority()));
  const presented = await Promise.all(authorities.map((each) => present(each, orders, "strict")));
  const ids = new Set(presented.map((result) => result.orThrow().plan?.id));
  assertEquals(ids.size, 1);
  assertEquals((await authorities[0]!.plans(DEPLOYMENT, "pending")).orThrow().length, 1);
});

Deno.test("a newer proposal supersedes the older one", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const older = await propose(authority, orders);
  const newer = await propose(authority, more);
  const states = (await authority.plans(DEPLOYMENT)).orThrow()
    .map(({ plan, state }) => [plan.id, state]);
  assertEquals(states, [[older.plan.id, "superseded"], [newer.plan.id, "pending"]]);
  const late = await authority.decide(DEPLOYMENT, older.plan.id, {
    verb: "accept-update",
    by: "me",
  });
  assert(late.isErr());
  assertEquals(late.error.code, "plan_superseded");
});

Deno.test("dev mode accepts safe changes by itself and leaves dangerous ones", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const first = (await present(authority, orders, "dev")).orThrow();
  assertEquals([first.kind, first.record.desired?.version], ["accepted", 1]);
  assertEquals(first.record.history[0]?.reason, "every change is safe");
  const second = (await present(authority, reduced, "dev")).orThrow();
  assertEquals([second.kind, second.record.desired?.version], ["pending", 1]);
  assertEquals(second.plan?.kind, "migration");
  assertEquals((await present(authority, orders, "dev")).orThrow().kind, "unchanged");
});

Deno.test("a dev process leaves a deployment alone that somebody else made strict", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  (await present(authority, orders, "strict", "operator")).orThrow();
  const refused = await present(authority, more, "dev", "developer");
  assert(refused.isErr());
  assertEquals(refused.error.code, "strict_elsewhere");
});

Deno.test("a plan that was accepted is not accepted again", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const { plan } = await propose(authority, orders);
  await accept(authority, plan);
  const again = await authority.decide(DEPLOYMENT, plan.id, { verb: "accept-update", by: "me" });
  assert(again.isErr());
  assertEquals(again.error.code, "plan_already_decided");
  assertStringIncludes(again.error.message, "accepted by reviewer");
  assert(again.error.hint !== "");
});

Deno.test("two that decide one plan at once: one wins, the other is told, even as one person at one moment", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const { plan } = await propose(authority, orders);
  const deciders = await Promise.all(Array.from({ length: 4 }, async () => {
    const { store } = await server.authority();
    // The clock stands still, so that what the deciders write is the same to the letter.
    const sources = { now: () => "2030-01-01T00:00:00.000Z", id: () => "" };
    return new Authority({ store, world: NO_WORLD, sources });
  }));
  const results = await Promise.all(
    deciders.map((each) => each.decide(DEPLOYMENT, plan.id, { verb: "accept-update", by: "me" })),
  );
  assertEquals(results.filter((result) => result.isOk()).length, 1);
  const codes = results.flatMap((result) => result.isErr() ? [result.error.code] : []);
  assertEquals(codes, Array(3).fill("plan_already_decided"));
  const record = (await authority.show(DEPLOYMENT)).orThrow();
  assertEquals([record.desired?.version, record.history.length], [1, 1]);
});

Deno.test("accept and reject at once: the record tells the one that won", async () => {
  await using server = await TrellisServer.start();
  const [one, two] = [await server.authority(), await server.authority()];
  const { plan } = await propose(one, orders);
  const results = await Promise.all([
    one.decide(DEPLOYMENT, plan.id, { verb: "accept-update", by: "one" }),
    two.decide(DEPLOYMENT, plan.id, { verb: "reject", by: "two", reason: "no" }),
  ]);
  const [winner] = results.flatMap((result) => result.isOk() ? [result.value.record] : []);
  assertEquals(results.filter((result) => result.isErr()).length, 1);
  assertEquals((await one.show(DEPLOYMENT)).orThrow(), winner);
});

Deno.test("a decision for another version of the desired state is a conflict", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  await provision(authority, orders);
  const { plan } = await propose(authority, more);
  const request = { verb: "accept-update", by: "me" } as const;
  const wrong = await authority.decide(DEPLOYMENT, plan.id, {
    ...request,
    expectedDesiredVersion: 4,
  });
  assert(wrong.isErr());
  assertEquals(wrong.error.code, "version_conflict");
  const right = await authority.decide(DEPLOYMENT, plan.id, {
    ...request,
    expectedDesiredVersion: 1,
  });
  assertEquals(right.orThrow().record.desired?.version, 2);
});

Deno.test("a deployment or plan that does not exist is named in the error", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const shown = await authority.show("nothing");
  assertEquals(shown.isErr() && shown.error.code, "deployment_not_found");
  const reconciled = await authority.reconcile("nothing");
  assertEquals(reconciled.isErr() && reconciled.error.code, "deployment_not_found");
  await propose(authority, orders);
  for (const id of ["nothing", "deployment.*", ">", "", "01ARZ3NDEKTSV4RRFFQ69G5FAV"]) {
    const plan = await authority.plan(DEPLOYMENT, id);
    assertEquals(plan.isErr() && plan.error.code, "plan_not_found", id);
  }
});

Deno.test("one surface is accepted for one deployment only, also when both plans were pending", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const one = await propose(authority, ordersRpc, "one");
  const two = await propose(authority, ordersRpc, "two");
  await accept(authority, one.plan);
  const second = await authority.decide("two", two.plan.id, { verb: "accept-update", by: "me" });
  assert(second.isErr());
  assertEquals(second.error.code, "surface_taken");
  assertStringIncludes(second.error.message, "already served by the deployment one");
  const third = await authority.present(
    [{ manifest: ordersRpc.manifest, digest: ordersRpc.digest, deployment: "three" }],
    { mode: "dev", by: "me" },
  );
  assertEquals(third[0]?.isErr() && third[0].error.code, "surface_taken");
  const no = { verb: "reject", by: "me", reason: "taken" } as const;
  assert((await authority.decide("two", two.plan.id, no)).isOk());
});

Deno.test("two contracts that ask for one deployment in one go: the second is refused", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const deployment = "shared";
  const other = kvContract({ a: {} }, { id: "other@v1" });
  const [first, second] = await authority.present(
    [orders, other].map(({ manifest, digest }) => ({ manifest, digest, deployment })),
    { mode: "strict", by: "me" },
  );
  assert(first?.isOk() && second?.isErr());
  assertEquals(second.error.code, "contract_mismatch");
});

Deno.test("a record that another tool wrote is record_corrupt, and is not overwritten", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  await propose(authority, orders);
  const raw = new RawBuckets((await server.connect()).connection);
  const foreign = ["{", "null", "{}", '{"format":"trellis.authority.v9"}', "[]", '"text"'];
  for (const text of foreign) {
    await raw.put("trellis_authority", "deployment.orders-service", text);
    const results = [
      await authority.show(DEPLOYMENT),
      await authority.list(),
      await authority.reconcile(DEPLOYMENT),
      await present(authority, orders, "strict"),
    ];
    for (const result of results) {
      assertEquals(result.isErr() && result.error.code, "record_corrupt", text);
    }
    assertEquals(await raw.get("trellis_authority", "deployment.orders-service"), text);
  }
});

Deno.test("a plan that another tool wrote is record_corrupt, and is not accepted", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const { plan } = await propose(authority, orders);
  const raw = new RawBuckets((await server.connect()).connection);
  await raw.put("trellis_authority", `plan.orders-service.${plan.id}`, '{"format":"nothing"}');
  const decided = await authority.decide(DEPLOYMENT, plan.id, { verb: "accept-update", by: "me" });
  assertEquals(decided.isErr() && decided.error.code, "record_corrupt");
  assertEquals((await authority.show(DEPLOYMENT)).orThrow().desired, undefined);
});

Deno.test("the store down: everything is unavailable, and what was stored is there afterwards", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const { plan } = await propose(authority, orders);
  const before = (await authority.show(DEPLOYMENT)).orThrow();
  await server.kill();
  const results = await Promise.all([
    authority.show(DEPLOYMENT),
    authority.list(),
    authority.reconcile(DEPLOYMENT),
    present(authority, more, "strict"),
    authority.decide(DEPLOYMENT, plan.id, { verb: "accept-update", by: "me" }),
  ]);
  for (const result of results) {
    assert(result.isErr());
    assertEquals([result.error.code, result.error.retryable], ["unavailable", true]);
  }
  await server.startAgain();
  const again = await server.authority();
  assertEquals((await again.show(DEPLOYMENT)).orThrow(), before);
  await accept(again, plan);
  assertEquals((await again.reconcile(DEPLOYMENT)).orThrow().materialized?.state, "reconciled");
});

Deno.test("a server without JetStream is unavailable", async () => {
  await using server = await TrellisServer.start({
    configText: "accounts { NOJS { users [{ user: u, password: p }] } }\nno_auth_user: u\n",
  });
  const opened = await openAuthority((await server.connect()).connection);
  assert(opened.isErr());
  assertEquals(opened.error.code, "unavailable");
});

Deno.test("a watch tells of every decision, and ends when it is aborted", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const changed: string[] = [];
  const ended = new AbortController();
  const watching = (await server.authority()).store.watch(
    (name) => changed.push(name),
    ended.signal,
  );
  // The watch is open as soon as it has told of something.
  let count = 0;
  await until(async () => {
    await propose(authority, kvContract({ [`k${count++}`]: {} }));
    return changed.includes(DEPLOYMENT);
  }, "a change is told");
  ended.abort();
  await watching;
});

Deno.test("a watch that is aborted while it is opened ends", async () => {
  await using server = await TrellisServer.start();
  const ended = new AbortController();
  const watching = (await server.authority()).store.watch(() => {}, ended.signal);
  ended.abort();
  await watching;
});

Deno.test("more deployments than fit one batch are all listed", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const count = 600;
  const presentations = Array.from({ length: count }, (_, i) => ({
    manifest: orders.manifest,
    digest: orders.digest,
    deployment: `d${i}`,
  }));
  for (const result of await authority.present(presentations, { mode: "strict", by: "me" })) {
    result.orThrow();
  }
  assertEquals((await authority.list()).orThrow().length, count);
});

const NO_WORLD = {
  read: () => Promise.reject(new Error("deciding does not look at buckets")),
  create: () => Promise.reject(new Error("deciding creates nothing")),
  update: () => Promise.reject(new Error("deciding changes nothing")),
};
