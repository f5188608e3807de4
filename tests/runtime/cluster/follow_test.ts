/** Buckets of a cluster are followed while its servers do not agree: when streams were made, and who leads. */
import { jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import { assert, assertEquals } from "@std/assert";
import { NatsBuckets } from "../../../reconcile/nats/buckets/nats_buckets.ts";
import { connectMessaging } from "../../../runtime/rpc/nats/nats_messaging.ts";
import { openTypedKV } from "../../../runtime/kv/nats/open_typed_kv.ts";
import { ConnectionGate } from "../../../runtime/nats/connection_gate.ts";
import type { TypedKV } from "../../../runtime/kv/typed_kv.ts";
import { makeStream } from "../../../runtime/nats/jetstream/make_stream.ts";
import { openOwnBucket } from "../../../runtime/nats/jetstream/own_bucket.ts";
import { first } from "../../support/kv_server.ts";
import { MessageProxy } from "../../support/message_proxy.ts";
import { NatsCluster } from "../../support/nats_cluster.ts";
import { shared } from "../../support/shared.ts";
import { until } from "../../support/until.ts";

const started = shared(() => NatsCluster.start());
const SIZE = 3;
const MADE = ["KV_made", "KV_own", "plain"];
const TWICE = configOf("twice");
const KNOWN = configOf("known");

function configOf(bucket: string) {
  return {
    name: `KV_${bucket}`,
    subjects: [`$KV.${bucket}.>`],
    num_replicas: SIZE,
    max_msgs_per_subject: 1,
    allow_rollup_hdrs: true,
    deny_delete: true,
  };
}

Deno.test("servers that are started again have the streams that several have made at once, and are watched on", async () => {
  const cluster = await started();
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
  const kv = await openNumbers(connection, "twice");
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

Deno.test("a leader that is out of reach of the others is asked again where it lacks what was seen", async () => {
  const cluster = await started();
  await cluster.ask("$JS.API.STREAM.CREATE.KV_known", JSON.stringify(KNOWN));
  await cluster.settled("KV_known");
  await using proxy = new MessageProxy(cluster.urls[0] ?? "");
  await using messaging = (await connectMessaging({ servers: proxy.url, name: "test" })).orThrow();
  const kv = await openNumbers(messaging.connection, "known");
  (await kv.put("a", 1)).orThrow();
  const whole = (await kv.follow()).orThrow();
  const cursor = (await first(1, whole.changes)).at(0)?.cursor;
  // What a server answers that was cut off: it leads by what it knows.
  let asked = 0;
  proxy.fromServer = ({ payload }) => {
    if (!payload.includes("stream_info_response")) return payload;
    asked++;
    return payload.replace('"last_seq":1', '"last_seq":0')
      .replaceAll(/"active":\d+/g, '"active":9000000000');
  };
  const refused = await kv.follow(">", { cursor });
  assert(refused.isErr() && refused.error.retryable, String(refused));
  assertEquals(refused.error.reason, "unavailable");
  assert(asked > 2);
  proxy.fromServer = ({ payload }) => payload;
  assertEquals((await kv.follow(">", { cursor })).orThrow().isWhole, false);
});

async function openNumbers(connection: NatsConnection, bucket: string): Promise<TypedKV<number>> {
  const binding = { bucket, history: 1, ttlMs: 0 };
  const options = { connection, binding, alias: bucket, schema: { type: "number" } };
  return (await openTypedKV<number>(options)).orThrow();
}

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
