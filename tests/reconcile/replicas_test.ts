import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { isErr } from "../../contracts/result.ts";
import type { LayoutChanges } from "../../reconcile/resources/stream_layout.ts";
import { openAuthority } from "../../reconcile/nats/open_authority.ts";
import { keptProblems } from "../../reconcile/resources/kept_streams.ts";
import { OwnStreamsUpkeep } from "../../reconcile/upkeep/own_streams_upkeep.ts";
import type { ReconcileEvent } from "../../reconcile/upkeep/reconcile_event.ts";
import { connectMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import { acceptState } from "../support/accepted_state.ts";
import { bank, noticesContract } from "../support/consumers/bank_contracts.ts";
import { provision } from "../support/deployed.ts";
import { NatsCluster } from "../support/nats_cluster.ts";
import { mailContract } from "../support/queues/queue_contracts.ts";
import { papers } from "../support/transfers/papers.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { until } from "../support/until.ts";

const schedules = { nightly: { cron: "0 0 3 * * *", payload: { to: "ada" } } };

Deno.test("streams on a cluster of three", async (t) => {
  await using cluster = await NatsCluster.start({
    configText: (server) => `server_tags: ["${server === 0 ? "ssd" : "disk"}"]`,
  });
  const connected = (await connectMessaging({ servers: cluster.urls, name: "test" })).orThrow();
  await using messaging = connected;
  const { connection } = messaging;
  const authority = (await openAuthority(connection)).orThrow();
  const keep = async () => {
    const events: ReconcileEvent[] = [];
    const report = (event: ReconcileEvent) => void events.push(event);
    await new OwnStreamsUpkeep({ authority, connection, report }).look();
    return events;
  };
  const replicas = async () => {
    const kept = (await authority.kept()).orThrow();
    return Object.fromEntries(kept.map(({ stream, found }) => [stream, found?.replicas]));
  };
  const update = async (stream: string, change: object) => {
    const { config } = await info(stream);
    const body = JSON.stringify({ ...config, ...change });
    const answer = await connection.request(`$JS.API.STREAM.UPDATE.${stream}`, body);
    assertEquals(answer.json<{ error?: object }>().error, undefined);
  };
  const info = async (stream: string) =>
    (await connection.request(`$JS.API.STREAM.INFO.${stream}`)).json<
      { config: { num_replicas: number; placement?: { tags?: string[] } } }
    >();

  await t.step("everything that is made for contracts is on three servers", async () => {
    const contracts = [
      bank,
      noticesContract({ mailer: { ordering: "key", concurrency: 2 } }),
      mailContract({ send: { concurrency: 2, schedules, rate: { limit: 5, perMs: 1000 } } }),
      papers,
    ];
    for (const contract of contracts) {
      const { materialized } = await provision(authority, contract);
      assertEquals(materialized?.problems, []);
    }
    const found = await replicas();
    assert(Object.keys(found).length > 8, Object.keys(found).join());
    for (const [stream, count] of Object.entries(found)) assertEquals(count, 3, stream);
  });

  await t.step("what was changed by hand is as it was, unless it was raised", async () => {
    await acceptState(authority.store, "orders", { carts: {} }, { store: { scans: {} } });
    (await authority.reconcile("orders")).orThrow();
    await update("KV_svc_orders_carts", { num_replicas: 1 });
    await update("OBJ_svc_orders_scans", { num_replicas: 1 });
    await update("KV_trellis_authority", { num_replicas: 1 });
    const { actions, materialized } = (await authority.reconcile("orders")).orThrow();
    assertEquals(actions.map(({ kind }) => kind), ["update_bucket", "update_bucket"]);
    assertEquals(materialized?.problems, []);
    assertEquals((await authority.reconcile("orders")).orThrow().actions, []);
    const events = await keep();
    assertEquals(events.map((event) => event.kind === "kept" && event.stream), [
      "KV_trellis_authority",
    ]);
    assertEquals(await keep(), []);
    for (const stream of ["KV_svc_orders_carts", "OBJ_svc_orders_scans", "KV_trellis_authority"]) {
      assertEquals((await info(stream)).config.num_replicas, 3, stream);
      await cluster.settled(stream);
    }
  });

  await t.step(
    "a deployment has fewer when its policy says so, and those of a hand stay",
    async () => {
      const changes = { layout: { deployment: "orders", replicas: 1 } };
      await update("KV_svc_orders_carts", {
        metadata: { ...await metadata(), "trellis.replicas": "1" },
      });
      const lowered = (await authority.loweredBy(changes)).orThrow();
      assertEquals(lowered.map(({ stream }) => stream), [
        "KV_svc_orders_scans__index",
        "OBJ_svc_orders_scans",
      ]);
      (await authority.setPolicy(changes)).orThrow();
      (await authority.reconcile("orders")).orThrow();
      const found = await replicas();
      assertEquals(found.KV_svc_orders_carts, 3);
      assertEquals(found.OBJ_svc_orders_scans, 1);
      assertEquals(found.KV_trellis_authority, 3);
      async function metadata() {
        const { config } = await info("KV_svc_orders_carts");
        return "metadata" in config ? config.metadata as Record<string, string> : {};
      }
    },
  );

  await t.step("what the cluster cannot give is said, and what there is stays bound", async () => {
    const layout = { deployment: "orders", replicas: 5 };
    (await authority.setPolicy({ layout })).orThrow();
    await acceptState(authority.store, "orders", { carts: {}, more: {} }, { store: { scans: {} } });
    const { materialized } = (await authority.reconcile("orders")).orThrow();
    assertEquals(materialized?.state, "pending");
    assertEquals(
      materialized?.problems.map(({ code, retryable }) => [code, retryable]),
      materialized?.problems.map(() => ["nats_too_few_servers", true]),
    );
    assertEquals(Object.keys(materialized?.bindings.kv ?? {}), ["carts"]);
    assertStringIncludes(materialized?.problems[0]?.hint ?? "", "policy show");
    (await authority.setPolicy({ layout: { deployment: "orders", replicas: "none" } })).orThrow();
    const after = (await authority.reconcile("orders")).orThrow();
    assertEquals(after.materialized?.problems, []);
    assertEquals((await info("KV_svc_orders_more")).config.num_replicas, 3);
  });

  await t.step("the servers say what they do not keep", async () => {
    const why = async (layout: LayoutChanges) =>
      (await authority.whyNotKept({ layout })).orThrow() ?? "kept";
    assertStringIncludes(await why({ cluster: "nowhere" }), "no suitable peers");
    assertStringIncludes(await why({ replicas: 1, tags: ["sdd"] }), "tags not matched ['sdd']");
    assertStringIncludes(await why({ tags: ["ssd"] }), "no suitable peers");
    assertStringIncludes(await why({ replicas: 5 }), "no suitable peers");
    const { cluster } = connection.info ?? {};
    for (const layout of [{ replicas: 3, cluster }, { replicas: 1, tags: ["ssd"] }]) {
      assertEquals(await why({ deployment: "lone", ...layout }), "kept");
    }
    const { streams } = await connection.request("$JS.API.STREAM.NAMES")
      .then((answer) => answer.json<{ streams: string[] }>());
    assertEquals(streams.filter((name) => name.startsWith("trellis_trial")), []);
  });

  await t.step("placement moves a stream to the servers that have the tags", async () => {
    const placed = { deployment: "lone", replicas: 1, tags: ["ssd"] };
    await acceptState(authority.store, "lone", { keys: {} });
    (await authority.reconcile("lone")).orThrow();
    (await authority.setPolicy({ layout: placed })).orThrow();
    const { materialized } = (await authority.reconcile("lone")).orThrow();
    assertEquals(materialized?.problems, []);
    assertEquals((await info("KV_svc_lone_keys")).config.placement, { tags: ["ssd"] });
    await until(async () => {
      const where = (await cluster.ask("$JS.API.STREAM.INFO.KV_svc_lone_keys"))?.cluster;
      return where?.leader === "n0" && (where.replicas ?? []).length === 0;
    }, "it is on the ssd alone");
  });

  await t.step("without a server it is said which streams nobody leads", async () => {
    // The stream on the ssd has lost its only server.
    await cluster.kill(0);
    await until(
      async () => {
        // While the cluster chooses a leader there is no answer.
        const kept = (await authority.kept()).take();
        return !isErr(kept) && keptProblems(kept)?.unled.includes("KV_svc_lone_keys") === true;
      },
      "the missing stream shows",
      60_000,
    );
  });
});

Deno.test("a server of its own keeps everything once, and says that it cannot keep more", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  await acceptState(authority.store, "d", { a: {} });
  (await authority.reconcile("d")).orThrow();
  (await authority.setPolicy({ layout: { replicas: 3 } })).orThrow();
  const { materialized } = (await authority.reconcile("d")).orThrow();
  assertEquals(materialized?.problems.map(({ code }) => code), ["nats_too_few_servers"]);
  assertEquals(Object.keys(materialized?.bindings.kv ?? {}), ["a"]);
  (await authority.setPolicy({ layout: { replicas: "auto" } })).orThrow();
  assertEquals((await authority.reconcile("d")).orThrow().materialized?.problems, []);
});
