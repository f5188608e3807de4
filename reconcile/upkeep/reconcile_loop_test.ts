import { assert, assertEquals } from "@std/assert";
import type { ReconcileEvent } from "./reconcile_event.ts";
import { ReconcileLoop, type ReconcileLoopOptions } from "./reconcile_loop.ts";
import { openAuthority } from "../nats/open_authority.ts";
import { acceptState } from "../../tests/support/accepted_state.ts";
import { RawBuckets } from "../../tests/support/nats/raw_buckets.ts";
import { RawStore } from "../../tests/support/nats/raw_stores.ts";
import { TrellisServer } from "../../tests/support/trellis_server.ts";
import { until } from "../../tests/support/until.ts";

const A = "svc_d_a";
/** Nothing but what the server tells starts a look. */
const HOUR = 3_600_000;

async function startLoop(
  server: TrellisServer,
  name: string,
  options: Partial<ReconcileLoopOptions> = {},
) {
  const { connection } = await server.connect(name);
  const authority = (await openAuthority(connection)).orThrow();
  const events: ReconcileEvent[] = [];
  const loop = await ReconcileLoop.start({
    authority,
    connection,
    by: name,
    report: (event) => void events.push(event),
    intervalMs: HOUR,
    ...options,
  });
  const told = async <K extends ReconcileEvent["kind"]>(kind: K) => {
    await until(() => events.some((event) => event.kind === kind), `${name} tells ${kind}`);
    // The cast says what the comparison has found.
    return events.find((event) => event.kind === kind) as Extract<ReconcileEvent, { kind: K }>;
  };
  return { loop, authority, events, told, connection };
}

async function rawOf(server: TrellisServer, name = "nats CLI"): Promise<RawBuckets> {
  return new RawBuckets((await server.connect(name)).connection);
}

Deno.test("what is asked for is done, reported while it is, and answered", async () => {
  await using server = await TrellisServer.start();
  const { loop, authority, events } = await startLoop(server, "one");
  await using _ = loop;
  await acceptState(authority.store, "d", { a: {} });
  const outcome = (await loop.reconcile("d")).orThrow();
  assertEquals(outcome.materialized?.state, "reconciled");
  assertEquals(
    events.map((event) =>
      event.kind === "acting" && [event.action.kind, event.action.subject.name]
    ),
    [["create_bucket", A]],
  );
});

Deno.test("a change outside Trellis is seen at once and undone, and reported with who changed it", async () => {
  await using server = await TrellisServer.start();
  const { loop, authority, events, told } = await startLoop(server, "one");
  await using _ = loop;
  await acceptState(authority.store, "d", { a: { history: 5 } });
  await loop.reconcile("d");
  const raw = await rawOf(server);
  await raw.change(A, { max_msgs_per_subject: 2 });
  const repaired = await told("repaired");
  assertEquals((await raw.config(A)).max_msgs_per_subject, 5);
  assertEquals([repaired.resource, repaired.bucket, repaired.lost], ["kv/a", A, false]);
  assertEquals(repaired.changes, [{ field: "history", from: 2, to: 5 }]);
  assertEquals([repaired.cause?.by?.name, repaired.cause?.kind], ["nats CLI", "changed"]);
  assert(!Number.isNaN(Date.parse(repaired.cause?.at ?? "")));
  assertEquals(repaired.cause?.by?.host, "127.0.0.1");
  events.length = 0;
  await raw.delete(A);
  const gone = await told("repaired");
  assertEquals([gone.lost, gone.cause?.kind, gone.cause?.by?.name], [true, "deleted", "nats CLI"]);
  assertEquals(await raw.names(), [A]);
  await until(() => events.some(({ kind }) => kind === "materialized"), "the new bucket is told");
});

Deno.test("a store that is changed or loses a stream is corrected, and reported with who changed it", async () => {
  await using server = await TrellisServer.start();
  const { loop, authority, events, told } = await startLoop(server, "one");
  await using _ = loop;
  await acceptState(authority.store, "d", { a: {} }, { store: { a: {} } });
  await loop.reconcile("d");
  const store = new RawStore((await server.connect("nats CLI")).connection, A);
  await store.change("objects", { max_bytes: 100_000 });
  const repaired = await told("repaired");
  assertEquals([repaired.resource, repaired.bucket, repaired.lost], ["store/a", A, false]);
  assertEquals(repaired.changes, [{ field: "maxTotalBytes", from: 100_000, to: 0 }]);
  assertEquals(repaired.cause?.by?.name, "nats CLI");
  events.length = 0;
  await store.deleteIndex();
  const gone = await told("repaired");
  assertEquals([gone.resource, gone.lost, gone.cause?.kind], ["store/a", true, "deleted"]);
  assertEquals((await store.state()).missing, undefined);
});

Deno.test("what may not be undone is reported with who changed it, and so is its end", async () => {
  await using server = await TrellisServer.start();
  const { loop, authority, told } = await startLoop(server, "one");
  await using _ = loop;
  await acceptState(authority.store, "d", { a: { history: 1 } });
  await loop.reconcile("d");
  const raw = await rawOf(server);
  for (const text of ["1", "2"]) await raw.put(A, "k", text);
  await raw.change(A, { deny_purge: true, allow_rollup_hdrs: false });
  const { problems, causes, record } = await told("problems");
  assertEquals(problems.map(({ code }) => code), ["bucket_not_repairable"]);
  assertEquals(causes.map(({ by }) => by?.name), ["nats CLI"]);
  assertEquals(record.materialized?.state, "pending");
  await raw.delete(A);
  assertEquals((await told("recovered")).record.materialized?.state, "reconciled");
});

Deno.test("a bucket that was in the way and is deleted makes room at once", async () => {
  await using server = await TrellisServer.start();
  const { loop, authority, told } = await startLoop(server, "one");
  await using _ = loop;
  const raw = await rawOf(server);
  await raw.create(A);
  await acceptState(authority.store, "d", { a: {} });
  const first = (await loop.reconcile("d")).orThrow();
  assertEquals(first.materialized?.problems[0]?.code, "bucket_not_ours");
  await raw.delete(A);
  const { record } = await told("recovered");
  assertEquals(record.materialized?.bindings.kv.a?.bucket, A);
});

Deno.test("changes that were reported while no process listened are found by looking", async () => {
  await using server = await TrellisServer.start();
  const { loop, authority, told } = await startLoop(server, "one", { intervalMs: 200 });
  await using _ = loop;
  await acceptState(authority.store, "d", { a: { history: 5 } });
  await loop.reconcile("d");
  await server.kill();
  await server.startAgain();
  const raw = await rawOf(server);
  await raw.change(A, { max_msgs_per_subject: 2 });
  await told("repaired");
});

Deno.test("what may succeed later is tried again, and waits longer each time", async () => {
  await using server = await TrellisServer.start({
    configText: `accounts { A { jetstream { max_streams: 5 }, users: [{ user: u, password: p }] } }
no_auth_user: u`,
  });
  const { loop, authority, told, events } = await startLoop(server, "one", {
    backoff: { firstMs: 20, maxMs: 100 },
    random: () => 1,
  });
  await using _ = loop;
  const raw = await rawOf(server);
  await raw.create("in_the_way");
  await acceptState(authority.store, "d", { a: {}, b: {} });
  // Records, events and leases take three of five streams.
  const { materialized } = (await loop.reconcile("d")).orThrow();
  assertEquals(materialized?.state, "pending");
  assertEquals(Object.keys(materialized?.bindings.kv ?? {}), ["a"]);
  const { problems, retryMs } = await told("problems");
  assertEquals(problems.map(({ code, resource, retryable }) => [code, resource, retryable]), [
    ["nats_limit", "kv/b", true],
  ]);
  assertEquals(retryMs, 20);
  await raw.delete("in_the_way");
  const { record } = await told("recovered");
  assertEquals(Object.keys(record.materialized?.bindings.kv ?? {}), ["a", "b"]);
  assertEquals(events.filter(({ kind }) => kind === "problems").length, 1);
});

Deno.test("of two processes one looks after a deployment, and the other when it is gone", async () => {
  await using server = await TrellisServer.start();
  const one = await startLoop(server, "one");
  const other = await startLoop(server, "other", { intervalMs: 100 });
  await using _other = other.loop;
  try {
    await acceptState(one.authority.store, "d", { a: { history: 5 } });
    await one.loop.reconcile("d");
    const outcome = (await other.loop.reconcile("d")).orThrow();
    assertEquals([outcome.actions, outcome.materialized?.state], [[], "reconciled"]);
    assertEquals(await other.told("lease"), {
      kind: "lease",
      deployment: "d",
      mine: false,
      holder: "one",
    });
    const raw = await rawOf(server);
    await raw.change(A, { max_msgs_per_subject: 2 });
    await one.told("repaired");
    assertEquals(other.events.filter(({ kind }) => kind === "acting"), []);
  } finally {
    await one.loop.stop();
  }
  await until(
    () => other.events.some((event) => event.kind === "lease" && event.mine),
    "the other takes over",
  );
});

Deno.test("what a process that died looked after is looked after by another", async () => {
  await using server = await TrellisServer.start();
  const options = { intervalMs: 100, leaseMs: 500 };
  const dead = await startLoop(server, "dead", options);
  const heir = await startLoop(server, "heir", options);
  await using _dead = dead.loop;
  await using _heir = heir.loop;
  await acceptState(dead.authority.store, "d", { a: { history: 5 } });
  await dead.loop.reconcile("d");
  await heir.loop.reconcile("d");
  await heir.told("lease");
  // No sign of life goes out any more, and nothing is given back.
  await dead.connection.close();
  const raw = await rawOf(server);
  await raw.change(A, { max_msgs_per_subject: 2 });
  await heir.told("repaired");
  assertEquals(heir.events.findLast(({ kind }) => kind === "lease"), {
    kind: "lease",
    deployment: "d",
    mine: true,
    holder: "heir",
  });
});

Deno.test("another digest that may run is published, also while another holds the lease", async () => {
  await using server = await TrellisServer.start();
  const idle = await startLoop(server, "idle");
  const busy = await startLoop(server, "busy", { patienceMs: 100 });
  await using _idle = idle.loop;
  await using _busy = busy.loop;
  const { store } = busy.authority;
  await acceptState(store, "d", { a: {} });
  await idle.loop.reconcile("d");
  const { value, revision } = (await store.load("d")).orThrow()!;
  const desired = { ...value.desired!, digests: [...value.desired!.digests, "another"] };
  (await store.save({ ...value, desired }, revision)).orThrow();
  const { materialized } = (await busy.loop.reconcile("d")).orThrow();
  assertEquals(materialized?.bindings.digests.at(-1), "another");
});

Deno.test("an account without room for leases does without them", async () => {
  await using server = await TrellisServer.start({
    configText: `accounts { A { jetstream { max_streams: 3 }, users: [{ user: u, password: p }] } }
no_auth_user: u`,
  });
  const raw = await rawOf(server);
  await raw.create("in_the_way");
  const { loop, authority, told } = await startLoop(server, "one");
  await using _ = loop;
  await raw.delete("in_the_way");
  await acceptState(authority.store, "d", { a: { history: 5 } });
  assertEquals((await loop.reconcile("d")).orThrow().materialized?.state, "reconciled");
  await raw.change(A, { max_msgs_per_subject: 2 });
  await told("repaired");
});

Deno.test("a holder of the lease that does nothing does not keep others from what they ask", async () => {
  await using server = await TrellisServer.start();
  const idle = await startLoop(server, "idle");
  const busy = await startLoop(server, "busy", { patienceMs: 100 });
  await using _idle = idle.loop;
  await using _busy = busy.loop;
  await acceptState(idle.authority.store, "d", { a: {} });
  await idle.loop.reconcile("d");
  await acceptState(idle.authority.store, "d", { a: {}, b: {} });
  const outcome = (await busy.loop.reconcile("d")).orThrow();
  assertEquals(outcome.materialized?.version, 2);
});

Deno.test("when the server is gone a reconcile says so, and comes back with it", async () => {
  await using server = await TrellisServer.start();
  const { loop, authority, told } = await startLoop(server, "one", {
    backoff: { firstMs: 20, maxMs: 200 },
  });
  await using _ = loop;
  await acceptState(authority.store, "d", { a: {} });
  await loop.reconcile("d");
  await server.kill();
  const failed = await loop.reconcile("d");
  assert(failed.isErr() && failed.error.retryable);
  assert((await told("failed")).retryMs !== undefined);
  await server.startAgain();
  await told("recovered");
});
