import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { jetstream, type JetStreamManager, jetstreamManager } from "@nats-io/jetstream";
import { Type } from "@sinclair/typebox";
import { DEFAULT_HEAP_MB } from "../../../cli/workers/worker_host.ts";
import { newestMessages } from "../../../cli/rehearsal/newest_messages.ts";
import { replayProjection } from "../../../cli/replay/replay_projection.ts";
import { workerSettings } from "../../../cli/workers/worker_settings.ts";
import { discoverContracts } from "../../../contracts/discovery/discovery.ts";
import { EVENT_STREAM } from "../../../contracts/stored/event_stream.ts";
import { defineHandlers, defineServiceContract, err, GiveUp, ok } from "../../../mod.ts";
import { inboxPrefix } from "../../../runtime/nats/connection.ts";
import { JetStreamRequests } from "../../../runtime/nats/jetstream/jetstream_requests.ts";
import { until } from "../../support/until.ts";
import { StreamApi } from "../../../runtime/nats/jetstream/stream_api.ts";
import { deploy } from "../../support/deployed.ts";
import { TrellisServer } from "../../support/trellis_server.ts";
import { TempProject } from "../support/temp_project.ts";
import { trellis } from "../support/trellis_command.ts";

const Counted = Type.Object({ key: Type.String(), n: Type.Integer() });
const Total = Type.Object({ sum: Type.Integer() });
const Order = Type.Object({ id: Type.String(), how: Type.String() });

const first = defineServiceContract({ schemas: { Counted, Total, Order } }, (ref) => ({
  id: "sums@v1",
  displayName: "Sums",
  description: "Adds.",
  rpc: {
    "Payment.Charge": { version: "v1", input: ref.schema("Order"), output: ref.schema("Order") },
  },
  events: { "Thing.Counted": { version: "v1", params: ["/key"], event: ref.schema("Counted") } },
  eventConsumers: {
    strict: { self: ["Thing.Counted"] },
    keyed: { self: ["Thing.Counted"], ordering: "key", maxDeliver: 1 },
  },
  jobs: { ship: { payload: ref.schema("Order"), concurrency: 1 } },
  resources: {
    kv: {
      orders: { purpose: "Orders", schema: ref.schema("Order"), outbox: true },
      totals: {
        purpose: "Sums",
        schema: ref.schema("Total"),
        projection: { self: ["Thing.Counted"], key: "/key" },
      },
    },
  },
}));
/** The jobs wait for it, one in work and the others behind it. */
const released = Promise.withResolvers<void>();
const firstHandlers = defineHandlers(first, {
  rpc: { "Payment.Charge": ({ input }) => ok(input) },
  events: {
    strict: {
      self: {
        "Thing.Counted": async ({ event: { key } }) => {
          if (key === "more") await released.promise;
          return ok();
        },
      },
    },
    keyed: {
      self: {
        "Thing.Counted": ({ event: { key } }) => {
          return key === "half" || key === "bad" ? err(new Error("not yet")) : ok();
        },
      },
    },
  },
  jobs: {
    ship: async ({ payload }) => {
      if (payload.how === "dead") return err(new GiveUp({ reason: "no way" }));
      await released.promise;
      return ok();
    },
  },
  projections: {
    totals: {
      "Thing.Counted": (total, { key, n }) =>
        key === "new" ? undefined : { sum: (total?.sum ?? 0) + n },
    },
  },
});

const CONTRACT = `import { defineServiceContract } from "@qlever-llc/trellis";
import { Type } from "@sinclair/typebox";
const Counted = Type.Object({ key: Type.String(), n: Type.Integer() });
const Total = Type.Object({ sum: Type.Integer() });
const Order = Type.Object({ id: Type.String(), how: Type.String() });
const OrderV2 = Type.Object({ id: Type.String(), how: Type.String(), by: Type.String() });
export default defineServiceContract({ schemas: { Counted, Total, Order, OrderV2 } }, (ref) => ({
  id: "sums@v1",
  displayName: "Sums",
  description: "Adds.",
  rpc: { "Payment.Charge": { version: "v1", input: ref.schema("Order"), output: ref.schema("Order") } },
  events: { "Thing.Counted": { version: "v1", params: ["/key"], event: ref.schema("Counted") } },
  eventConsumers: {
    strict: { self: ["Thing.Counted"] },
    keyed: { self: ["Thing.Counted"], ordering: "key", maxDeliver: 1 },
  },
  jobs: { ship: {
    payload: ref.schema("OrderV2"),
    payloadVersion: "v2",
    acceptedVersions: { v1: ref.schema("Order") },
    concurrency: 1,
  } },
  resources: { kv: { orders: {
    purpose: "Orders", schema: ref.schema("Order"), outbox: true,
  }, totals: {
    purpose: "Sums",
    schema: ref.schema("Total"),
    projection: { self: ["Thing.Counted"], key: "/key", version: "v2" },
  } } },
}));
`;
const HANDLERS = `import { defineHandlers, err, ok } from "@qlever-llc/trellis";
import sums from "../contracts/sums.ts";
console.log("a line of the project");
export default defineHandlers(sums, {
rpc: { "Payment.Charge": ({ input }) => ok(input) },
jobs: { ship: { migrate: { v1: (old) => ({ ...old, by: "air" }) }, handle: async ({ payload, job, client }) => {
  const { id, how, by } = payload;
  if (how === "fail") return err(new Error("no stock, not even by " + by));
  if (how === "outside") await Deno.connect({ port: 1 });
  if (how === "fetch") await fetch("http://example.com/");
  const { value, revision } = await client.kv.orders.get(id).orThrow();
  await client.kv.orders.put(id, { id, how: value.how + "!" }, { expectedRevision: revision }).orThrow();
  if (how === "charge") await client.rpc.payment.charge({ id, how }).orThrow();
  if (how === "step") await job.step("smtp", () => Deno.writeTextFile("sent", ""));
  await client.transact((tx) => {
    tx.kv.orders.create("new." + id, { id, how });
    tx.event.thing.counted({ key: "same", n: 1 });
    tx.jobs.ship.create(payload);
  }).orThrow();
  const again = await client.kv.orders.get(id).orThrow();
  if (again.value.how !== "real!") return err(new Error(again.value.how));
  const keys = await Array.fromAsync(await client.kv.orders.keys().orThrow());
  if (keys.join() !== "1,new." + id) return err(new Error(keys.join()));
  const twice = await client.kv.orders.create("new." + id, { id, how });
  return twice.isErr() ? ok() : err(new Error("created twice"));
} } },
events: {
  strict: { self: { "Thing.Counted": async ({ event: { key }, context, client }) => {
    if (key === "half") await context.once("mail", () => {});
    await client.kv.orders.put(key, { id: key, how: "counted" }).orThrow();
    return ok();
  } } },
  keyed: { self: { "Thing.Counted": ({ event: { key }, context }) =>
    key === "bad" ? err(new Error(key + " try " + context.attempt)) : ok() } },
},
projections: { totals: {
  "Thing.Counted": (total, { key, n }) => {
    if (n === 13) throw new Error("unlucky");
    if (key === "old") return undefined;
    if (key === "half") return { sum: 0.5 };
    return { sum: (total?.sum ?? 0) + (key === "more" ? 2 * n : n) };
  },
} } });
`;

interface Shown {
  readonly replayed: readonly {
    readonly first: readonly { readonly key: string; readonly change: string }[];
    readonly firstFailed: readonly { readonly key: string; readonly error: string }[];
    readonly firstUnread: readonly { readonly sequence: number }[];
  }[];
  readonly rehearsed: { readonly work: readonly unknown[] };
}

Deno.test("plan show --replay folds the real events with the new reducers, rehearses jobs and groups, and shows what would differ", async () => {
  await using server = await TrellisServer.start();
  await using project = await TempProject.create({
    "contracts/sums.ts": CONTRACT,
    "handlers/sums.ts": HANDLERS,
  });
  const messaging = await server.connect();
  await using service = await deploy(server, first, firstHandlers);
  let last = 0;
  const ids: Record<string, string> = {};
  for (const [key, n] of Object.entries({ same: 4, more: 1, old: 2, new: 3, half: 5, bad: 13 })) {
    const published = await service.event.thing.counted.publish({ key, n }).orThrow();
    [last, ids[key]] = [published.sequence, published.id];
  }
  await jetstream(messaging.connection).publish("events.v1.Thing.Counted.broken", "{");
  for (const n of [10, 20]) {
    last = (await service.event.thing.counted.publish({ key: "more", n }).orThrow()).sequence;
  }
  await service.kv.totals.reached(last).orThrow();
  await service.kv.orders.create("1", { id: "1", how: "real" }).orThrow();
  const ship = (how: string, delayMs = 0) =>
    service.jobs.ship.create({ id: "1", how }, { id: how, delayMs }).orThrow();
  await ship("dead");
  const manager = await jetstreamManager(messaging.connection);
  await until(async () => {
    const letters = { subjects_filter: "dead.>" };
    const { state } = await manager.streams.info("trellis_dead_sums", letters);
    // The job, what the projection could not read, and what the keyed group could not handle.
    return Object.keys(state.subjects ?? {}).length === 5;
  }, "the job is dead, and so are events");
  await until(async () => {
    const { streams, consumers } = manager;
    const groups = (await streams.names().next()).filter((name) => name.includes("_group_"));
    const lanes = await consumers.list(groups[0] ?? "").next();
    return lanes.every(({ num_pending, num_ack_pending }) => num_pending + num_ack_pending === 0);
  }, "the keyed group has seen to all events");
  const waiting = ["held", "fail", "charge", "step", "outside", "fetch"];
  for (const how of waiting) await ship(how);
  await ship("parked", 3_600_000);

  const { contracts: [second] } = await discoverContracts({ project: project.dir });
  const authority = await server.authority();
  const presented = await authority.present([second!], { mode: "strict", by: "author" });
  const { plan } = presented[0]!.orThrow();
  const show = (...words: string[]) =>
    trellis(
      ["svc", "sums", "authority", "plan", "show", plan!.id, "--replay", ...words],
      { env: { NATS_URL: server.url, NO_COLOR: "1" }, cwd: project.dir },
    );
  const asked = await show("--json");
  assertEquals(asked.code, 0, asked.stderr);
  // The test knows what it asked for.
  const [replayed] = (JSON.parse(asked.stdout) as Shown).replayed;
  const { first: keys, firstFailed, firstUnread, ...counts } = replayed!;
  assertEquals<unknown>(counts, {
    alias: "totals",
    bucket: "svc_sums_totals",
    complete: true,
    last,
    through: last,
    events: 9,
    added: 1,
    removed: 3,
    changed: 1,
    same: 1,
    leftOut: 0,
    failed: 2,
    unread: 1,
  });
  assertEquals<unknown>(Object.fromEntries(keys.map(({ key, ...sides }) => [key, sides])), {
    new: { change: "added", after: { sum: 3 } },
    old: { change: "removed", before: { sum: 2 } },
    half: { change: "removed", before: { sum: 5 } },
    bad: { change: "removed", before: { sum: 13 } },
    more: { change: "changed", before: { sum: 31 }, after: { sum: 62 } },
  });
  const failures = firstFailed.map(({ key, error }) => [key, error]);
  assertEquals(failures[1], ["bad", "unlucky"]);
  assertEquals(failures[0]?.[0], "half");
  assertEquals(firstUnread.map(({ sequence }) => sequence), [7]);

  // Each of the buckets, queues and events is as it was.
  const { rehearsed } = JSON.parse(asked.stdout) as Shown;
  assertEquals<unknown>(rehearsed.work, [{
    kind: "queue",
    name: "ship",
    found: 8,
    run: 8,
    done: 3,
    failed: 1,
    firstFailed: [{ id: "fail", error: "Error: no stock, not even by air" }],
    later: 0,
    unknown: [
      { at: "rpc", name: "Payment.Charge", runs: 1, first: "charge" },
      { at: "step", name: "smtp", runs: 1, first: "step" },
      { at: "access", name: 'net access to "127.0.0.1:1"', runs: 1, first: "outside" },
      { at: "access", name: 'net access to "example.com"', runs: 1, first: "fetch" },
    ],
    writes: [
      { kind: "kv", name: "orders", count: 2, first: "1" },
      { kind: "event", name: "Thing.Counted", count: 3 },
      { kind: "job", name: "ship", count: 3 },
    ],
  }, {
    kind: "group",
    name: "strict",
    found: 8,
    run: 8,
    done: 6,
    failed: 1,
    firstFailed: [{ id: "seq-7", error: "the body is not JSON" }],
    later: 0,
    unknown: [{ at: "step", name: "mail", runs: 1, first: ids["half"] }],
    writes: [{ kind: "kv", name: "orders", count: 4, first: "more" }],
  }, {
    kind: "group",
    name: "keyed",
    found: 3,
    run: 3,
    done: 1,
    failed: 2,
    firstFailed: [
      { id: ids["bad"], error: "Error: bad try 1" },
      { id: "seq-7", error: "the body is not JSON" },
    ],
    later: 0,
    unknown: [],
    writes: [],
  }]);
  assertEquals((await service.kv.orders.get("1").orThrow()).value.how, "real");
  assertEquals(await messagesIn(manager, "KV_svc_sums_orders"), 1);
  assertEquals(await messagesIn(manager, "trellis_jobs_sums"), waiting.length + 1);
  assertEquals(await messagesIn(manager, EVENT_STREAM), last);
  await assertRejects(() => Deno.stat(project.path("sent")), Deno.errors.NotFound);

  const told = await show();
  assertStringIncludes(
    told.stdout,
    "rehearsal\n  A rehearsal: each job and event alone with the new handler",
  );
  assertStringIncludes(
    told.stdout.replace(/\s+/g, " "),
    "queue ship: of 8: 3 would be done, 1 would fail (first: fail: Error: no stock, not even by air), " +
      "1 calls Payment.Charge and is not known further, 1 would do step smtp and is not known further",
  );
  assertStringIncludes(
    told.stdout,
    "replay of totals\n  9 events replayed: 1 added, 3 removed, 1 changed, 1 the same\n",
  );

  // What is far in front is found.
  const requests = JetStreamRequests.of(messaging.line, inboxPrefix(messaging.session));
  const events = new StreamApi(requests, EVENT_STREAM);
  const newest = async (key: string, most: number) =>
    (await newestMessages(events, `events.v1.Thing.Counted.${key}`, most)).orThrow()
      .map(({ sequence }) => sequence);
  assertEquals([await newest("same", 1), await newest("more", 2), await newest("*", 100)], [
    [1],
    [8, 9],
    [1, 2, 3, 4, 5, 6, 7, 8, 9],
  ]);

  // What is left out when the time is up is said.
  const limit = new AbortController();
  const short = (await replayProjection({
    alias: "totals",
    module: new URL(`file://${project.path("handlers/sums.ts")}`).href,
    digest: second!.digest,
    bucket: "svc_sums_totals",
    stream: EVENT_STREAM,
    created: (await authority.show("sums")).orThrow().materialized!.bindings.projections!.totals!
      .created,
    requests,
    settings: {
      ...await workerSettings({ root: project.dir, stateDir: project.path(".trellis") }),
      heapMb: DEFAULT_HEAP_MB,
    },
    limit: limit.signal,
    signal: new AbortController().signal,
    progress: (sequence) => sequence === 3 && limit.abort(),
  })).orThrow();
  const { through, events: folded, same, leftOut, first: found } = short;
  assertEquals([through, folded, same, leftOut, found.map(({ key }) => key)], [3, 3, 1, 4, [
    "old",
  ]]);

  // Without what it depends on, nothing is known of its jobs, and all the same of its events.
  await project.edit(
    "handlers/sums.ts",
    "\njobs: {",
    `\ndeps: () => Deno.writeTextFile("sent", ""),\njobs: {`,
  );
  const lacking = await show();
  assertStringIncludes(
    lacking.stdout.replace(/\s+/g, " "),
    "queue ship: of 8: 0 would be done, 8 need deps, which cannot be made here (Requires write access",
  );
  assertStringIncludes(lacking.stdout, "replay of totals");

  await project.edit(
    "handlers/sums.ts",
    "if (n === 13)",
    "while (n === 13) Deno.exit(3); if (n === 13)",
  );
  const ended = await show();
  released.resolve();
  assertEquals(ended.code, 1);
  assertStringIncludes(ended.stderr, "handlers/sums.ts: its code");
});

async function messagesIn({ streams }: JetStreamManager, stream: string): Promise<number> {
  return (await streams.info(stream)).state.messages;
}
