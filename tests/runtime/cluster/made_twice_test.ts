/** Streams that are asked for by several at once, as by control planes that start together. */
import { jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import { assert, assertEquals } from "@std/assert";
import { NatsBuckets } from "../../../reconcile/nats/buckets/nats_buckets.ts";
import { openTypedKV } from "../../../runtime/kv/nats/open_typed_kv.ts";
import { ConnectionGate } from "../../../runtime/nats/connection_gate.ts";
import { makeStream } from "../../../runtime/nats/jetstream/make_stream.ts";
import { openOwnBucket } from "../../../runtime/nats/jetstream/own_bucket.ts";
import { first } from "../../support/kv_server.ts";
import { NatsCluster } from "../../support/nats_cluster.ts";
import { until } from "../../support/until.ts";

const SIZE = 3;
const MADE = ["KV_made", "KV_own", "plain"];
const TWICE = {
  name: "KV_twice",
  subjects: ["$KV.twice.>"],
  num_replicas: SIZE,
  max_msgs_per_subject: 1,
  allow_rollup_hdrs: true,
  deny_delete: true,
};

Deno.test("servers that are started again have the streams that several have made at once, and are watched on", async () => {
  await using cluster = await NatsCluster.start();
  const connections = await Promise.all(
    cluster.servers.map(async (server) => (await server.connect()).connection),
  );
  await makeAtOnce(connections);
  const made = await createdOf(cluster, MADE);
  // Others do not tell their requests apart.
  await Promise.all(connections.map((connection) => {
    return connection.request("$JS.API.STREAM.CREATE.KV_twice", JSON.stringify(TWICE));
  }));
  await cluster.allSettled();
  const [connection] = connections;
  assert(connection !== undefined);
  const binding = { bucket: "twice", history: 1, ttlMs: 0 };
  const options = { connection, binding, alias: "twice", schema: { type: "number" } };
  const kv = (await openTypedKV<number>(options)).orThrow();
  const ends = new AbortController();
  const watch = (await kv.watch(">", { signal: ends.signal })).orThrow();
  const watched: string[] = [];
  const watching = (async () => {
    for await (const { key } of watch) watched.push(key);
  })().catch((cause) => cause);
  const before = (await kv.follow()).orThrow();
  (await kv.put("before", 1)).orThrow();
  const cursor = (await first(1, before.changes)).at(0)?.cursor;

  await Promise.all(cluster.servers.map((_, server) => cluster.stop(server)));
  await Promise.all(cluster.servers.map((_, server) => cluster.startAgain(server)));
  await cluster.allSettled();

  assertEquals(await createdOf(cluster, MADE), made);
  await until(async () => (await kv.put("after", 2)).isOk(), "it is written to");
  const { isWhole, whyAnew, changes } = (await kv.follow(">", { cursor })).orThrow();
  assertEquals([isWhole, whyAnew], [false, undefined]);
  assertEquals((await first(1, changes)).at(0)?.key, "after");
  await until(() => watched.includes("after"), "it is watched on");
  assertEquals(watched.filter((key) => key === "before"), ["before"]);
  ends.abort();
  assertEquals(await watching, undefined);
});

/** Makes {@link MADE} over each connection, at once. */
async function makeAtOnce(connections: readonly NatsConnection[]): Promise<void> {
  const owner = { deployment: "d", contract: "c@v1", alias: "made", kind: "kv" } as const;
  const plain = { name: "plain", subjects: ["plain.>"], num_replicas: SIZE };
  const created = await Promise.all(connections.map(async (connection) => {
    const manager = await jetstreamManager(connection, { checkAPI: false });
    const layout = { replicas: SIZE, lowers: false };
    const buckets = new NatsBuckets(manager, new ConnectionGate(connection), layout);
    (await buckets.create("made", owner, {})).orThrow();
    await openOwnBucket(connection, "own", { history: 1 });
    return (await makeStream(manager, true, plain)).created;
  }));
  assertEquals(new Set(created).size, 1);
}

/** When each stream was made, as its leader says. */
async function createdOf(
  cluster: NatsCluster,
  names: readonly string[],
): Promise<Readonly<Record<string, string | undefined>>> {
  const streams = await cluster.streams();
  return Object.fromEntries(
    names.map((name) => [name, streams.find(({ config }) => config.name === name)?.created]),
  );
}
