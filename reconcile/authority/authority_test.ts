import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Buckets } from "../resources/buckets.ts";
import { Authority } from "./authority.ts";
import type { AuthorityErrorCode } from "../records/authority_error.ts";
import { openAuthority } from "../nats/open_authority.ts";
import type { AuthorityMode } from "../records/authority_record.ts";
import type { Contract } from "../../contracts/define/contract.ts";
import { accept, propose, provision } from "../../tests/support/deployed.ts";
import { kvContract } from "../../tests/support/kv_contract.ts";
import { RawBuckets } from "../../tests/support/nats/raw_buckets.ts";
import { ordersRpc } from "../../tests/support/orders_rpc.ts";
import { TrellisServer } from "../../tests/support/trellis_server.ts";
import { until } from "../../tests/support/until.ts";

const DEPLOYMENT = "orders-service";
const BUCKET = "svc_orders_service_orders";
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

Deno.test("a plan that costs data says how much, in what is stored as well", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  await provision(authority, orders);
  const raw = new RawBuckets((await server.connect()).connection);
  for (let i = 0; i < 3; i++) await raw.put(BUCKET, "a", JSON.stringify({ name: `${i}` }));
  const { plan, problems } = (await present(authority, reduced, "strict")).orThrow();
  const [change] = plan?.changes ?? [];
  assertEquals([change?.code, change?.impact?.revisions], ["kv.history.reduced", 2]);
  assertEquals(problems, undefined);
  const stored = (await authority.plan(DEPLOYMENT, plan?.id ?? "")).orThrow();
  assertEquals(stored.plan, plan);
  await raw.put(BUCKET, "b", '{"name":"x"}');
  await raw.put(BUCKET, "b", '{"name":"y"}');
  // The same again is the same plan; the numbers of now are there for the asking.
  assertEquals((await present(authority, reduced, "strict")).orThrow().plan, plan);
  const measured = (await authority.measure(DEPLOYMENT, stored.plan.id)).orThrow();
  assertEquals(measured.plan.changes[0]?.impact?.revisions, 3);
  assertEquals((await authority.plan(DEPLOYMENT, stored.plan.id)).orThrow().plan, plan);
});

Deno.test("a bucket without an owner is taken over only by a person's decision about that bucket", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const raw = new RawBuckets((await server.connect()).connection);
  await raw.create(BUCKET, { history: 5 });
  await raw.put(BUCKET, "a", '{"name":"theirs"}');
  const { plan, kind } = (await present(authority, orders, "dev")).orThrow();
  assertEquals([kind, plan?.kind, plan?.adopts?.["kv/orders"]?.name], [
    "pending",
    "migration",
    BUCKET,
  ]);
  await accept(authority, plan!);
  const { record } = (await authority.reconcile(DEPLOYMENT)).orThrow();
  assertEquals(record.materialized?.bindings.kv.orders?.bucket, BUCKET);
  assertEquals(await raw.get(BUCKET, "a"), '{"name":"theirs"}');
  assertEquals((await authority.verify(DEPLOYMENT)).orThrow().findings, []);
});

Deno.test("a dev process leaves a deployment alone that another user made strict", async () => {
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

Deno.test("two that decide one plan at once: one wins, the other learns it, even as one person at one moment", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const { plan } = await propose(authority, orders);
  const deciders = await Promise.all(Array.from({ length: 4 }, async () => {
    const { store } = await server.authority();
    // The clock stands still, so that what the deciders write is the same to the letter.
    const sources = { now: () => "2030-01-01T00:00:00.000Z", id: () => "" };
    return new Authority({ store, buckets: NO_WORLD, sources });
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

Deno.test("accept and reject at once: the record says the one that won", async () => {
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

Deno.test("a record that another tool wrote is refused, not overwritten, and hinders no other deployment", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  await propose(authority, orders);
  const other = kvContract({ a: {} }, { id: "other@v1" });
  const raw = new RawBuckets((await server.connect()).connection);
  const whole = await raw.get("trellis_authority", "deployment.orders-service") ?? "";
  for (const [text, code] of foreignRecords(whole)) {
    await raw.put("trellis_authority", "deployment.orders-service", text);
    const results = [
      await authority.show(DEPLOYMENT),
      await authority.reconcile(DEPLOYMENT),
      await present(authority, orders, "strict"),
      await authority.plans(DEPLOYMENT),
    ];
    const what = text.slice(0, 100);
    for (const result of results) {
      assertEquals(result.isErr() && result.error.code, code, what);
    }
    assertEquals(await raw.get("trellis_authority", "deployment.orders-service"), text);
    const { records, problems } = (await authority.overview()).orThrow();
    assertEquals(records.some(({ deployment }) => deployment === DEPLOYMENT), false);
    assertEquals(problems.map(({ deployment, error }) => [deployment, error.code]), [
      [DEPLOYMENT, code],
    ]);
    assert((await present(authority, other, "strict")).isOk());
    assertEquals((await authority.list()).orThrow().map(({ deployment }) => deployment), ["other"]);
    const [both, also] = await authority.present(
      [orders, other].map(({ manifest, digest }) => ({ manifest, digest })),
      { mode: "strict", by: "me" },
    );
    assert(both?.isErr() && also?.isOk());
  }
});

/** Texts that are no record of this version, by what is said of them. */
function foreignRecords(whole: string): readonly (readonly [string, AuthorityErrorCode])[] {
  const record = JSON.parse(whole);
  const changed = (members: object) => JSON.stringify({ ...record, ...members });
  const history = [{ planId: 1 }];
  const desired = (resources: object) =>
    changed({
      desired: { version: 1, planId: "x", digests: [], needs: { contract: "a@v1", resources } },
    });
  const corrupt = [
    ...["", "{", "null", "{}", "[]", '"text"', "\u0000", "[".repeat(100_000)],
    ...[changed({ modeBy: "you" }), changed({ deployment: "another" })],
    ...[changed({ history }), changed({ retired: [{}] }), changed({ pending: { planId: {} } })],
    ...[changed({ materialized: { bindings: null } }), changed({ history: "none" })],
    ...[desired({ kv: { a: { history: "1" } } }), desired({ kv: [] }), desired({})],
    ...['{"__proto__":{"format":"trellis.authority.v1"}}', whole.slice(0, -1)],
    whole.replace("{", '{"__proto__":{"mode":"dev"},'),
    JSON.stringify({ ...record, deep: nested(5000) }),
  ];
  return [
    ...corrupt.map((text) => [text, "record_corrupt"] as const),
    [changed({ format: "trellis.authority.v2" }), "newer_format"],
    ['{"format":"trellis.authority.v9"}', "newer_format"],
  ];
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = { a: value };
  return value;
}

Deno.test("a record of ten megabytes is refused at once", async () => {
  await using server = await TrellisServer.start({ configText: "max_payload: 32MB\n" });
  const authority = await server.authority();
  await propose(authority, orders);
  const raw = new RawBuckets((await server.connect()).connection);
  const huge = `{"format":"trellis.authority.v1","junk":"${"x".repeat(10_000_000)}"}`;
  await raw.put("trellis_authority", "deployment.orders-service", huge);
  const shown = await authority.show(DEPLOYMENT);
  assertEquals(shown.isErr() && shown.error.code, "record_corrupt");
});

Deno.test("a record that would be larger than a message may be is refused with its reason", async () => {
  await using server = await TrellisServer.start({ configText: "max_payload: 64KB\n" });
  const authority = await server.authority();
  await propose(authority, orders);
  const aliases = Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`k${i}`, {}]));
  const large = await present(authority, kvContract(aliases), "strict");
  assertEquals(large.isErr() && large.error.code, "record_too_large");
});

Deno.test("a record that was deleted is made again when its contract is presented", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  await provision(authority, orders);
  await provision(authority, more);
  const raw = new RawBuckets((await server.connect()).connection);
  await raw.remove("trellis_authority", "deployment.orders-service");
  const gone = await authority.show(DEPLOYMENT);
  assertEquals(gone.isErr() && gone.error.code, "deployment_not_found");
  assertEquals((await authority.list()).orThrow(), []);
  const { record } = await provision(authority, orders);
  assertEquals([record.desired?.version, record.materialized?.state], [1, "reconciled"]);
  // What services are told is of the new record, though its versions are lower.
  const told = JSON.parse(await raw.get("trellis_authority", "bindings.orders-service") ?? "");
  assertEquals(told, record.materialized?.bindings);
});

Deno.test("a manifest of a newer Trellis is refused, and changes nothing", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const manifest = { ...orders.manifest };
  Reflect.set(manifest, "format", "trellis.contract.v2");
  const [presented] = await authority.present([{ manifest, digest: orders.digest }], {
    mode: "dev",
    by: "me",
  });
  assertEquals(presented?.isErr() && presented.error.code, "newer_format");
  assertEquals((await authority.list()).orThrow(), []);
});

Deno.test("a plan that another tool wrote is record_corrupt, and is not accepted", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const { plan } = await propose(authority, orders);
  const raw = new RawBuckets((await server.connect()).connection);
  const key = `plan.orders-service.${plan.id}`;
  const whole = await raw.get("trellis_authority", key) ?? "";
  const unsealed = JSON.stringify({ ...plan, createdAt: "2020-01-01T00:00:00.000Z" });
  const newer = JSON.stringify({ ...plan, format: "trellis.plan.v2" });
  for (
    const [text, code] of [
      ['{"format":"nothing"}', "record_corrupt"],
      [whole.replace('"history":5', '"history":4'), "record_corrupt"],
      [unsealed, "record_corrupt"],
      [newer, "newer_format"],
    ] as const
  ) {
    await raw.put("trellis_authority", key, text);
    const verb = "accept-update";
    const decided = await authority.decide(DEPLOYMENT, plan.id, { verb, by: "me" });
    assertEquals(decided.isErr() && decided.error.code, code, text);
    const { found, problems } = (await authority.store.loadPlans(DEPLOYMENT)).orThrow();
    assertEquals(found.length + problems.length, 1);
  }
  // A newer Trellis may know what to do with it; a damaged plan makes room for a new one.
  const refused = await present(authority, orders, "strict");
  assertEquals(refused.isErr() && refused.error.code, "newer_format");
  await raw.put("trellis_authority", key, "{}");
  const anew = (await present(authority, orders, "strict")).orThrow();
  assert(anew.plan !== undefined && anew.plan.id !== plan.id);
  assertEquals(await raw.get("trellis_authority", key), "{}");
  assertEquals((await authority.show(DEPLOYMENT)).orThrow().desired, undefined);
  await accept(authority, anew.plan);
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

Deno.test("a connection that is closed or lost is reported at once, not after a timeout", async () => {
  await using server = await TrellisServer.start();
  const messaging = await server.connect();
  const authority = (await openAuthority(messaging.connection)).orThrow();
  await propose(authority, orders);
  await messaging.close();
  const started = performance.now();
  for (let i = 0; i < 50; i++) {
    const shown = await authority.show(DEPLOYMENT);
    assertEquals(shown.isErr() && shown.error.code, "unavailable");
  }
  // Each would take five seconds otherwise.
  assert(performance.now() - started < 60_000);
  const other = await server.authority();
  const waiting = Promise.all(Array.from({ length: 20 }, () => other.list()));
  await server.kill();
  for (const result of await waiting) assert(result.isOk() || result.error.code === "unavailable");
  for (let i = 0; i < 50; i++) assert((await other.list()).isErr());
  assert(performance.now() - started < 60_000);
  await server.startAgain();
  await until(async () => (await other.list()).isOk(), "the connection is back");
});

Deno.test("a server without JetStream is unavailable", async () => {
  await using server = await TrellisServer.start({
    configText: "accounts { NOJS { users [{ user: u, password: p }] } }\nno_auth_user: u\n",
  });
  const opened = await openAuthority((await server.connect()).connection);
  assert(opened.isErr());
  assertEquals(opened.error.code, "unavailable");
});

Deno.test("a watch reports every decision, and ends when it is aborted", async () => {
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

Deno.test("two hundred contracts at once: each is written once, and unchanged ones not at all", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const raw = new RawBuckets((await server.connect()).connection);
  const contracts = Array.from(
    { length: 200 },
    (_, i) => kvContract({ items: {} }, { id: `service${i}@v1` }),
  );
  const presentations = contracts.map(({ manifest, digest }) => ({ manifest, digest }));
  const options = { mode: "dev", by: "me" } as const;
  const kinds = async (all: typeof presentations) =>
    (await authority.present(all, options)).map((result) => result.orThrow().kind);
  assertEquals(await kinds(presentations), Array(200).fill("accepted"));
  const written = await raw.lastSequence("trellis_authority");
  // A plan and a record each.
  assertEquals(written, 400);
  assertEquals(await kinds(presentations), Array(200).fill("unchanged"));
  assertEquals(await raw.lastSequence("trellis_authority"), written);
  const { manifest, digest } = kvContract({ items: { history: 2 } }, { id: "service7@v1" });
  const changed = presentations.map((one, i) => i === 7 ? { manifest, digest } : one);
  assertEquals((await kinds(changed)).filter((kind) => kind === "accepted").length, 1);
  assertEquals(await raw.lastSequence("trellis_authority"), written + 2);
});

const NO_WORLD: Buckets = {
  under: () => NO_WORLD,
  read: () => Promise.reject(new Error("deciding does not look at buckets")),
  create: () => Promise.reject(new Error("deciding creates nothing")),
  update: () => Promise.reject(new Error("deciding changes nothing")),
  delete: () => Promise.reject(new Error("deciding deletes nothing")),
};
