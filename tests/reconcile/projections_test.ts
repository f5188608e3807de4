import { assertEquals, assertMatch } from "@std/assert";
import { jetstreamManager } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import { Type } from "@sinclair/typebox";
import { defineHandlers, defineServiceContract, TrellisService } from "../../mod.ts";
import { durableName } from "../../contracts/stored/work_names.ts";
import { EVENT_STREAM } from "../../contracts/stored/event_stream.ts";
import { ReconcileLoop } from "../../reconcile/upkeep/reconcile_loop.ts";
import { accept, propose, provision, SILENT } from "../support/deployed.ts";
import { RawGroups } from "../support/nats/raw_groups.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { until } from "../support/until.ts";

const Counted = Type.Object({ key: Type.String(), n: Type.Integer() });
const Total = Type.Object({ sum: Type.Integer() });
const words = { id: "sums@v1", displayName: "Sums", description: "Adds." } as const;
const counted = { version: "v1", params: ["/key"] } as const;

/** A service whose totals are made with one version of its reducers. */
function sums(version: "v1" | "v2") {
  return defineServiceContract({ schemas: { Counted, Total } }, (ref) => ({
    ...words,
    events: { "Thing.Counted": { ...counted, event: ref.schema("Counted") } },
    resources: {
      kv: {
        totals: {
          purpose: "Sums",
          schema: ref.schema("Total"),
          projection: { self: ["Thing.Counted"], key: "/key", version },
        },
      },
    },
  }));
}

/** The same service when it has no projection any more. */
const bare = defineServiceContract({ schemas: { Counted } }, (ref) => ({
  ...words,
  events: { "Thing.Counted": { ...counted, event: ref.schema("Counted") } },
}));

const handlersOf = (contract: ReturnType<typeof sums>, factor: number) =>
  defineHandlers(contract, {
    projections: {
      totals: {
        "Thing.Counted": (total, { n }) => ({ sum: (total?.sum ?? 0) + n * factor }),
      },
    },
  });

Deno.test("an accepted change of a projection makes another bucket, which takes the place of the one before", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const { connection } = await server.connect("loop");
  const [first, second] = [sums("v1"), sums("v2")];
  await provision(authority, first);
  await using loop = await ReconcileLoop.start({
    authority,
    connection,
    by: "test",
    report: () => {},
  });
  const options = { trellisUrl: server.url, log: SILENT };
  await using older = await TrellisService.connect({ ...options, contract: first }).orThrow();
  await older.serve(handlersOf(first, 1));
  const { counted } = older.event.thing;
  for (let n = 1; n <= 20; n++) await counted.publish({ key: `k${n % 3}`, n }).orThrow();
  const last = await counted.publish({ key: "k0", n: 100 }).orThrow();
  await older.kv.totals.reached(last.sequence).orThrow();
  assertEquals((await older.kv.totals.get("k0").orThrow()).value, { sum: 163 });

  const { plan } = await propose(authority, second);
  assertEquals([plan.kind, plan.changes.map(({ code }) => code)], [
    "update",
    ["kv.projection.rebuild"],
  ]);
  const { effect, bucket, values, events, complete } = plan.changes[0]!.impact!;
  assertEquals([effect, bucket, values, events, complete], [
    "remade",
    "svc_sums_totals",
    3,
    21,
    true,
  ]);
  await accept(authority, plan);
  await loop.reconcile("sums");
  await using newer = await TrellisService.connect({ ...options, contract: second }).orThrow();
  await newer.serve(handlersOf(second, 2));
  assertEquals((await newer.kv.totals.get("k0").orThrow()).value, { sum: 326 });
  await until(async () => {
    const { bucket } = await older.kv.totals.status().orThrow();
    return bucket === "svc_sums_totals_g2";
  }, "the older one reads the new bucket");
  const more = await older.event.thing.counted.publish({ key: "k0", n: 1 }).orThrow();
  await newer.kv.totals.reached(more.sequence).orThrow();
  assertEquals((await newer.kv.totals.get("k0").orThrow()).value, { sum: 328 });
  // What was read before is kept.
  const kept = await new Kvm(connection).open("svc_sums_totals");
  assertEquals((await kept.get("k0"))?.json(), { sum: 163 });
  const { materialized } = (await authority.reconcile("sums")).orThrow();
  assertEquals(materialized?.problems, []);
  assertEquals(materialized?.bindings.projections?.totals?.generation, 2);

  // Going back goes on with what is kept, and coming again with what was read until now.
  const bound = async () => (await authority.reconcile("sums")).orThrow().materialized?.bindings;
  const back = await propose(authority, first);
  await accept(authority, back.plan);
  await loop.reconcile("sums");
  assertEquals((await bound())?.kv.totals?.bucket, "svc_sums_totals");
  assertEquals((await bound())?.projections?.totals?.former?.bucket, "svc_sums_totals_g2");
  await until(
    async () => (await kept.get("k0"))?.json<{ sum: number }>().sum === 164,
    "it goes on",
  );
  const again = await propose(authority, second);
  await accept(authority, again.plan);
  await loop.reconcile("sums");
  await until(async () => {
    const { bucket } = await newer.kv.totals.status().orThrow();
    return bucket === "svc_sums_totals_g2";
  }, "the second bucket is read again");

  // The same reducers once more, because a person asks for it.
  const wanted = (await authority.rebuildProjection("sums", "totals")).orThrow();
  assertEquals(wanted, 3);
  await loop.reconcile("sums");
  await until(async () => {
    const { bucket } = await newer.kv.totals.status().orThrow();
    return bucket === "svc_sums_totals_g3";
  }, "the third bucket is read");
  assertEquals((await newer.kv.totals.get("k0").orThrow()).value, { sum: 328 });

  // The one before is kept, and what was before that goes.
  const manager = await jetstreamManager(connection);
  const parts = async () => {
    const streams = await manager.streams.names("$KV.>").next();
    const consumers = await manager.consumers.list(EVENT_STREAM).next();
    return [...streams, ...consumers.map(({ name }) => name)]
      .filter((name) => name.includes("totals")).sort();
  };
  (await authority.rebuildProjection("sums", "totals")).orThrow();
  await loop.reconcile("sums");
  await until(async () => (await bound())?.projections?.totals?.generation === 4, "the fourth");
  assertEquals((await bound())?.projections?.totals?.former?.generation, 3);
  const firsts = ["KV_svc_sums_totals", durableName("projection", "sums", "totals")];
  const kinds = firsts.flatMap((name) => [name, `${name}_g3`, `${name}_g4`]);
  assertEquals(await parts(), kinds.sort());

  // Without the projection only the bucket that is declared for it is left to its own rules.
  const none = await propose(authority, bare);
  await accept(authority, none.plan);
  await loop.reconcile("sums");
  assertEquals(await parts(), ["KV_svc_sums_totals"]);
});

Deno.test("a plan that makes a projection of a history that is not whole says which keys would have no value", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const [first, second] = [sums("v1"), sums("v2")];
  await provision(authority, first);
  {
    const options = { trellisUrl: server.url, log: SILENT, contract: first };
    await using service = await TrellisService.connect(options).orThrow();
    await service.serve(handlersOf(first, 1));
    let last = 0;
    for (const key of ["a", "b", "c", "a", "c"]) {
      last = (await service.event.thing.counted.publish({ key, n: 1 }).orThrow()).sequence;
    }
    await service.kv.totals.reached(last).orThrow();
  }
  const { connection } = await server.connect();
  const manager = await jetstreamManager(connection);
  await manager.streams.purge("trellis_events", { seq: 4 });
  const { plan: { kind, changes } } = await propose(authority, second);
  assertEquals(kind, "migration");
  const found = changes.map(({ code, impact }) => {
    const { values, events, complete, first } = impact!;
    return [code, values, events, complete, first.map(({ key }) => key)];
  });
  assertEquals(found, [
    ["kv.projection.rebuild", 3, 2, true, []],
    ["kv.projection.incomplete", 1, 2, true, ["b"]],
  ]);
});

Deno.test("values go on from what they are when the stream of events was made again, in each generation", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const { connection } = await server.connect("loop");
  const contract = sums("v1");
  await provision(authority, contract);
  const raw = await RawGroups.open(connection);
  await using loop = await ReconcileLoop.start({
    authority,
    connection,
    by: "test",
    report: () => {},
  });
  const options = { trellisUrl: server.url, log: SILENT, contract };
  await using service = await TrellisService.connect(options).orThrow();
  await service.serve(handlersOf(contract, 1));
  const count = async (n: number) =>
    (await service.event.thing.counted.publish({ key: "k", n }).orThrow()).sequence;
  const isSum = (sum: number) =>
    until(async () => {
      const found = await service.kv.totals.get("k");
      return found.isOk() && found.value.value.sum === sum;
    }, `the sum is ${sum}`);
  for (let n = 0; n < 5; n++) await count(1);
  await isSum(5);
  await raw.remakeStream(EVENT_STREAM);
  // The old ones had these numbers.
  assertEquals(await count(10), 1);
  await loop.reconcile("sums");
  assertEquals(await count(10), 2);
  await isSum(25);
  (await authority.rebuildProjection("sums", "totals")).orThrow();
  await loop.reconcile("sums");
  await until(async () => {
    const { bucket } = await service.kv.totals.status().orThrow();
    return bucket === "svc_sums_totals_g2";
  }, "it is made of what there is");
  await isSum(20);
  await raw.remakeStream(EVENT_STREAM);
  await count(100);
  await loop.reconcile("sums");
  await count(100);
  await isSum(220);
  assertEquals((await authority.reconcile("sums")).orThrow().actions, []);
});

Deno.test("a reducer that throws on event 5,000 of 10,000 stops its key alone, and a rebuild with the right one equals a fold", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const { connection } = await server.connect("loop");
  const contract = sums("v1");
  await provision(authority, contract);
  await using loop = await ReconcileLoop.start({
    authority,
    connection,
    by: "test",
    report: () => {},
  });
  const keyOf = (n: number) => `k${n % 20}`;
  for (let n = 1; n <= 10_000; n++) {
    connection.publish(`events.v1.Thing.Counted.${keyOf(n)}`, `{"key":"${keyOf(n)}","n":${n}}`);
  }
  const manager = await jetstreamManager(connection);
  await until(async () => {
    const { state } = await manager.streams.info(EVENT_STREAM);
    return state.messages === 10_000;
  }, "all are stored");
  const said: string[] = [];
  const log = { ...SILENT, error: (text: string) => void said.push(text) };
  const serve = async (isRight: boolean) => {
    const service = await TrellisService.connect({ trellisUrl: server.url, log, contract })
      .orThrow();
    await service.serve(defineHandlers(contract, {
      projections: {
        totals: {
          "Thing.Counted": (total, { n }) => {
            if (n === 5000 && !isRight) throw new Error("odd");
            return { sum: (total?.sum ?? 0) + n };
          },
        },
      },
    }));
    return service;
  };
  const sumOf = (key: string, below = 10_001) => {
    let sum = 0;
    for (let n = 1; n < below; n++) if (keyOf(n) === key) sum += n;
    return { sum };
  };
  const keys = Array.from({ length: 20 }, (_, i) => `k${i}`);
  {
    await using service = await serve(false);
    await service.kv.totals.reached(10_000, { timeoutMs: 30_000 }).orThrow();
    for (const key of keys) {
      const { value } = await service.kv.totals.get(key).orThrow();
      assertEquals(value, sumOf(key, key === "k0" ? 5000 : undefined), key);
    }
    assertMatch(
      said.join("\n"),
      /cannot fold Thing\.Counted seq-5000 into "k0": odd;.*stands still/,
    );
    const letters = await manager.streams.info("trellis_dead_sums");
    assertEquals(letters.state.messages, 251);
  }
  await using service = await serve(true);
  (await authority.rebuildProjection("sums", "totals")).orThrow();
  await loop.reconcile("sums");
  await until(async () => {
    const { bucket } = await service.kv.totals.status().orThrow();
    return bucket === "svc_sums_totals_g2";
  }, "it is made again");
  connection.publish("events.v1.Thing.Counted.k0", '{"key":"k0","n":0}');
  await service.kv.totals.reached(10_001).orThrow();
  for (const key of keys) {
    assertEquals((await service.kv.totals.get(key).orThrow()).value, sumOf(key), key);
  }
});
