import { assert, assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import type { StreamConfig } from "@nats-io/jetstream";
import { reconcileDeployment } from "../../reconcile/reconciler/reconcile_deployment.ts";
import { acceptState } from "../support/accepted_state.ts";
import type { KvSettings } from "../support/kv_contract.ts";
import { createdAt } from "../support/nats/deployment_facts.ts";
import { openBuckets, RawBuckets } from "../support/nats/raw_buckets.ts";
import { SteppedPorts } from "../support/stepped_ports.ts";
import { TrellisServer } from "../support/trellis_server.ts";

const A = "svc_d_a";

async function reconciled(server: TrellisServer, kv: Record<string, KvSettings>) {
  const { connection } = await server.connect();
  const authority = await server.authority();
  await acceptState(authority.store, "d", kv);
  const reconcile = async () => (await authority.reconcile("d")).orThrow();
  assertEquals((await reconcile()).materialized?.problems, []);
  return { raw: new RawBuckets(connection), connection, authority, reconcile };
}

const CHANGES: readonly Partial<StreamConfig>[] = [
  { discard: "old" as StreamConfig["discard"] },
  { discard: "new" as StreamConfig["discard"], discard_new_per_subject: true },
  { max_bytes: 1_000_000 },
  { max_msgs: 1000 },
  { max_consumers: 3 },
  { no_ack: true },
  { allow_direct: false },
  { allow_rollup_hdrs: false },
  { subjects: ["elsewhere.>"] },
  { subjects: [`$KV.${A}.>`, "elsewhere.>"] },
  { retention: "interest" as StreamConfig["retention"] },
  { duplicate_window: 60e9 },
  { sources: [{ name: "KV_trellis_authority" }] },
  { subject_transform: { src: `$KV.${A}.>`, dest: `$KV.${A}.x.>` } },
];

Deno.test("every setting that is declared is corrected again, and no other", async () => {
  await using server = await TrellisServer.start();
  const { raw, reconcile } = await reconciled(server, { a: { history: 2 } });
  await raw.put(A, "k", "kept");
  await raw.change(A, {
    description: "mine",
    metadata: { ...(await raw.config(A)).metadata, x: "y" },
  });
  const { metadata, ...before } = await raw.config(A);
  for (const change of CHANGES) {
    const what = JSON.stringify(change);
    await raw.change(A, change);
    assertNotEquals(await raw.config(A), { ...before, metadata }, what);
    const { actions, materialized } = await reconcile();
    assertEquals(actions.map(({ kind }) => kind), ["repair_bucket"], what);
    const [action] = actions;
    const fields = action?.kind === "repair_bucket" ? action.changes.map(({ field }) => field) : [];
    assert(Object.keys(change).every((f) => fields.includes(f) || f === "discard"), what);
    assertEquals(materialized?.problems, [], what);
    assertEquals(await raw.config(A), { ...before, metadata }, what);
    assertEquals((await reconcile()).actions, [], what);
  }
  assertEquals([metadata?.x, before.description, await raw.get(A, "k")], ["y", "mine", "kept"]);
});

Deno.test("a repair that would drop data is not done, but shown with the way out", async () => {
  await using server = await TrellisServer.start();
  const { raw, reconcile, authority } = await reconciled(server, { a: { history: 1 } });
  await raw.change(A, { max_msgs_per_subject: 10, max_bytes: 1_000_000 });
  for (const text of ["1", "2", "3"]) await raw.put(A, "k", text);
  for (let run = 0; run < 2; run++) {
    const { actions, materialized } = await reconcile();
    // What costs nothing is repaired nevertheless, once.
    assertEquals(actions.map(({ kind }) => kind), run === 0 ? ["repair_bucket"] : []);
    assertEquals(materialized?.state, "pending");
    const [problem] = materialized?.problems ?? [];
    assertEquals([problem?.code, problem?.resource], ["repair_would_drop_data", "kv/a"]);
    assertStringIncludes(problem?.message ?? "", "history 10 -> 1");
    // The service keeps its bucket, and sees what is in force.
    assertEquals(materialized?.bindings.kv.a, { bucket: A, history: 10, ttlMs: 0 });
    const { max_msgs_per_subject, max_bytes } = await raw.config(A);
    assertEquals([max_msgs_per_subject, max_bytes], [10, -1]);
  }
  await acceptState(authority.store, "d", { a: { history: 10 } });
  assertEquals((await reconcile()).materialized?.state, "reconciled");
  // From now on it is a decision, which is followed.
  await acceptState(authority.store, "d", { a: { history: 1 } });
  assertEquals((await reconcile()).actions.map(({ kind }) => kind), ["update_bucket"]);
  assertEquals((await raw.config(A)).max_msgs_per_subject, 1);
});

Deno.test("a ttl that was taken away outside Trellis comes back only while nothing is older", async () => {
  await using server = await TrellisServer.start();
  const { raw, reconcile } = await reconciled(server, { a: { ttlMs: 600 } });
  await raw.change(A, { max_age: 0 });
  assertEquals((await reconcile()).actions.map(({ kind }) => kind), ["repair_bucket"]);
  await raw.change(A, { max_age: 0, duplicate_window: 120e9 });
  await raw.put(A, "k", "kept");
  await new Promise((resolve) => setTimeout(resolve, 700));
  const { actions, materialized } = await reconcile();
  assertEquals(actions, []);
  assertEquals(materialized?.problems.map(({ code }) => code), ["repair_would_drop_data"]);
  assertEquals(await raw.get(A, "k"), "kept");
});

Deno.test("a change outside Trellis beside a decision is distinguished from it", async () => {
  await using server = await TrellisServer.start();
  const { raw, reconcile, authority } = await reconciled(server, { a: { history: 5 } });
  for (const text of ["1", "2", "3"]) await raw.put(A, "k", text);
  await raw.change(A, { max_msg_size: 5000 });
  await acceptState(authority.store, "d", { a: { history: 2 } });
  const { actions, materialized } = await reconcile();
  assertEquals(
    actions.map((action) => [action.kind, "changes" in action && action.changes[0]?.field]),
    [["repair_bucket", "maxValueBytes"], ["update_bucket", "history"]],
  );
  assertEquals(materialized?.problems, []);
  assertEquals((await raw.config(A)).max_msgs_per_subject, 2);
});

Deno.test("what the server does not let be changed is a problem, and the rest is repaired", async () => {
  await using server = await TrellisServer.start();
  const { raw, reconcile } = await reconciled(server, { a: {} });
  await raw.change(A, { deny_purge: true, allow_rollup_hdrs: false, max_msgs: 100 });
  const { actions, materialized } = await reconcile();
  assertEquals(actions.map(({ kind }) => kind), ["repair_bucket"]);
  assertEquals(materialized?.problems.map(({ code }) => code), ["bucket_not_repairable"]);
  assertStringIncludes(materialized?.problems[0]?.message ?? "", "deny_purge true -> false");
  assertEquals(materialized?.bindings.kv.a?.bucket, A);
  assertEquals((await raw.config(A)).max_msgs, -1);
  assertEquals((await reconcile()).actions, []);
});

Deno.test("a sealed bucket stays bound for reading, and is a problem", async () => {
  await using server = await TrellisServer.start();
  const { raw, reconcile } = await reconciled(server, { a: {} });
  await raw.change(A, { sealed: true });
  const { materialized, actions } = await reconcile();
  assertEquals([actions, materialized?.problems[0]?.code], [[], "bucket_not_repairable"]);
  assertEquals(materialized?.bindings.kv.a?.bucket, A);
});

Deno.test("a bucket that another deployment claims is left to it", async () => {
  await using server = await TrellisServer.start();
  const { raw, reconcile } = await reconciled(server, { a: {} });
  const config = await raw.config(A);
  const claimed = { ...config.metadata, "trellis.deployment": "other" };
  await raw.change(A, { metadata: claimed });
  for (let run = 0; run < 2; run++) {
    const { actions, materialized } = await reconcile();
    assertEquals([actions, materialized?.bindings.kv], [[], {}]);
    assertEquals(materialized?.problems.map(({ code }) => code), ["bucket_claimed"]);
    assertEquals(await raw.names(), [A]);
    assertEquals((await raw.config(A)).metadata, claimed);
  }
  await raw.change(A, { metadata: config.metadata ?? {} });
  assertEquals((await reconcile()).materialized?.state, "reconciled");
});

Deno.test("metadata that was removed is written again", async () => {
  await using server = await TrellisServer.start();
  const { raw, reconcile } = await reconciled(server, { a: {} });
  await raw.put(A, "k", "kept");
  await raw.change(A, { metadata: {} });
  const { actions, materialized } = await reconcile();
  assertEquals(actions.map(({ kind }) => kind), ["repair_bucket"]);
  assertEquals([materialized?.state, await raw.names()], ["reconciled", [A]]);
});

Deno.test("a bucket made again outside Trellis is left alone; deleted, Trellis makes its own", async () => {
  await using server = await TrellisServer.start();
  const { raw, reconcile, connection } = await reconciled(server, { a: {} });
  const first = await createdAt(connection, A);
  await raw.delete(A);
  await raw.create(A, { history: 7 });
  await raw.put(A, "k", "theirs");
  for (let run = 0; run < 2; run++) {
    const { actions, materialized } = await reconcile();
    assertEquals([actions, materialized?.problems[0]?.code], [[], "bucket_recreated"]);
    assertEquals([await raw.names(), await raw.get(A, "k")], [[A], "theirs"]);
  }
  await raw.delete(A);
  const { actions, materialized, record } = await reconcile();
  assertEquals([actions.map(({ kind }) => kind), materialized?.state], [
    ["create_bucket"],
    "reconciled",
  ]);
  assertNotEquals(record.materialized?.buckets?.["kv/a"]?.created, first);
});

Deno.test("a server that silently drops what it was sent is found out by reading back", async () => {
  await using server = await TrellisServer.start();
  const { connection } = await server.connect();
  const { store } = await server.authority();
  const raw = new RawBuckets(connection);
  await acceptState(store, "d", { a: { history: 5 } });
  const forgetful = new SteppedPorts(
    store,
    await openBuckets(connection),
    async (_, name, work) => {
      const result = await work();
      if (name === "create") await raw.change(A, { max_msgs_per_subject: 1, allow_direct: false });
      return result;
    },
  );
  const sources = { now: () => new Date().toISOString(), id: () => "" };
  const { store: slow, buckets } = forgetful;
  const { materialized } = (await reconcileDeployment("d", slow, buckets, sources)).orThrow();
  assertEquals(materialized?.state, "pending");
  const [problem] = materialized?.problems ?? [];
  assertEquals([problem?.code, problem?.retryable], ["bucket_differs", true]);
  assertStringIncludes(problem?.message ?? "", "history, allow_direct");
  assertEquals(materialized?.bindings.kv.a?.history, 1);
});

Deno.test("a rename that the server refuses keeps the data in sight, and is done later", async () => {
  await using server = await TrellisServer.start();
  const { raw, reconcile, authority } = await reconciled(server, { a: {} });
  await raw.put(A, "k", "kept");
  await raw.change(A, { sealed: true });
  await acceptState(authority.store, "d", { b: { renamedFrom: "a" } });
  const sealed = await reconcile();
  assertEquals(sealed.materialized?.state, "pending");
  assertEquals(sealed.record.retired, []);
  const again = await reconcile();
  assertEquals([again.record.retired, again.materialized?.state], [[], "pending"]);
  assertEquals(await raw.names(), [A]);
});
