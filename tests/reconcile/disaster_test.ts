import { assert, assertEquals } from "@std/assert";
import { reconcileDeployment } from "../../reconcile/reconciler/reconcile_deployment.ts";
import { acceptState } from "../support/accepted_state.ts";
import { deploymentFacts } from "../support/nats/deployment_facts.ts";
import { openBuckets, RawBuckets } from "../support/nats/raw_buckets.ts";
import { type AroundWrite, SteppedPorts } from "../support/stepped_ports.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { until } from "../support/until.ts";

const SOURCES = { now: () => new Date().toISOString(), id: () => "" };
const ALIASES = Object.fromEntries(Array.from("abcdefghij", (alias) => [alias, { history: 2 }]));

async function open(server: TrellisServer) {
  const { connection } = await server.connect();
  const { store } = await server.authority();
  const buckets = await openBuckets(connection);
  const reconcile = async (around?: AroundWrite) => {
    const ports = new SteppedPorts(store, buckets, around);
    return await reconcileDeployment("d", ports.store, ports.buckets, SOURCES);
  };
  return { connection, store, raw: new RawBuckets(connection), reconcile };
}

Deno.test("a process killed in the middle leaves nothing that the next one does not repair", async () => {
  await using server = await TrellisServer.start();
  const { connection, store, raw, reconcile } = await open(server);
  await acceptState(store, "d", ALIASES);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", new URL("../support/slow_reconcile.ts", import.meta.url).href],
    env: { SERVER: server.url, DEPLOYMENT: "d" },
    stdout: "null",
    stderr: "inherit",
  }).spawn();
  await until(async () => (await raw.names()).length >= 4, "some buckets are there", 60_000);
  child.kill("SIGKILL");
  assert(!(await child.status).success);
  assert((await raw.names()).length < 10);
  assertEquals((await store.load("d")).orThrow()?.value.materialized, undefined);
  assertEquals((await reconcile()).orThrow().materialized?.state, "reconciled");
  assertEquals((await raw.names()).length, 10);
  const facts = await deploymentFacts(connection, store, "d");
  assertEquals((await reconcile()).orThrow().actions, []);
  assertEquals(await deploymentFacts(connection, store, "d"), facts);
});

Deno.test("the broker killed in the middle and started again on its store: the rest is done", async () => {
  await using server = await TrellisServer.start();
  const { store, raw, reconcile } = await open(server);
  await acceptState(store, "d", ALIASES);
  const outcome = await reconcile(async (write, _, work) => {
    if (write === 6) await server.kill();
    return await work();
  });
  assert(outcome.isErr() && outcome.error.retryable);
  await server.startAgain();
  await until(async () => (await reconcile()).isOk(), "the connection is back", 60_000);
  const { materialized } = (await reconcile()).orThrow();
  assertEquals([materialized?.state, (await raw.names()).length], ["reconciled", 10]);
});

Deno.test("a server that refuses half of it: pending with reasons, and the others are there", async () => {
  await using server = await TrellisServer.start({
    configText: `accounts { A { jetstream { max_streams: 6 }, users: [{ user: u, password: p }] } }
no_auth_user: u`,
  });
  const { store, raw, reconcile } = await open(server);
  await acceptState(store, "d", ALIASES);
  for (let run = 0; run < 2; run++) {
    const { materialized } = (await reconcile()).orThrow();
    assertEquals(materialized?.state, "pending");
    // Records and events have a stream each.
    assertEquals(Object.keys(materialized?.bindings.kv ?? {}), ["a", "b", "c", "d"]);
    assertEquals(
      materialized?.problems.map(({ resource, code, retryable }) => [resource, code, retryable]),
      Array.from("efghij", (alias) => [`kv/${alias}`, "nats_limit", true]),
    );
  }
  await acceptState(store, "d", { a: {}, b: {}, c: {}, d: {} });
  const { materialized } = (await reconcile()).orThrow();
  assertEquals([materialized?.state, (await raw.names()).length], ["reconciled", 4]);
});

const BY_HAND: Readonly<Record<string, (raw: RawBuckets) => Promise<void>>> = {
  deleted: (raw) => raw.delete("svc_d_a"),
  resized: (raw) => raw.change("svc_d_a", { max_msgs_per_subject: 1, max_msgs: 50 }),
  recreated: async (raw) => {
    await raw.delete("svc_d_a");
    await raw.create("svc_d_a", { history: 9 });
  },
};

for (const [what, byHand] of Object.entries(BY_HAND)) {
  Deno.test(`a bucket ${what} outside Trellis at any moment of a reconcile is repaired or reported by the next`, async () => {
    for (let at = 1; at <= 5; at++) {
      await using server = await TrellisServer.start();
      const { store, raw, reconcile } = await open(server);
      await acceptState(store, "d", { a: { history: 2 } });
      (await reconcile()).orThrow();
      await acceptState(store, "d", { a: { history: 3 }, b: {} });
      let write = 0;
      const during = await reconcile(async (count, _, work) => {
        write = count;
        if (count === at) await byHand(raw);
        return await work();
      });
      // With the last number nothing happens before the reconcile is over.
      if (write < at) await byHand(raw);
      during.orThrow();
      const { materialized } = (await reconcile()).orThrow();
      const again = (await reconcile()).orThrow();
      assertEquals(again.actions, []);
      assertEquals(again.materialized, materialized);
      assertEquals(materialized?.bindings.kv.b?.bucket, "svc_d_b");
      if (what === "recreated") {
        assertEquals(materialized?.problems.map(({ code }) => code), ["bucket_recreated"]);
        assertEquals((await raw.config("svc_d_a")).max_msgs_per_subject, 9);
      } else {
        assertEquals([materialized?.problems, materialized?.state], [[], "reconciled"]);
        const { max_msgs_per_subject, max_msgs } = await raw.config("svc_d_a");
        assertEquals([max_msgs_per_subject, max_msgs], [3, -1]);
      }
    }
  });
}
