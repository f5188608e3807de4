import { actionResource } from "../reconciler/action.ts";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { openAuthority } from "../nats/open_authority.ts";
import { clampBucket, clampLimit, type ResourcePolicy } from "./policy.ts";
import { acceptState } from "../../tests/support/accepted_state.ts";
import { RawBuckets } from "../../tests/support/nats/raw_buckets.ts";
import { RawStore } from "../../tests/support/nats/raw_stores.ts";
import { TrellisServer } from "../../tests/support/trellis_server.ts";
import { until } from "../../tests/support/until.ts";

const ASKED = { history: 10, ttlMs: 0, maxValueBytes: 500 };

Deno.test("no policy changes nothing", () => assertEquals(clampBucket(ASKED, {}), ASKED));

Deno.test("a policy lowers what is above it, and limits what is unlimited", () => {
  assertEquals(clampBucket(ASKED, { maxHistory: 4, maxTtlMs: 1000, maxValueBytes: 800 }), {
    history: 4,
    ttlMs: 1000,
    maxValueBytes: 500,
  });
});

Deno.test("clamping twice is clamping once", () => {
  for (const limit of [0, 1, 5, 50]) {
    for (const max of [undefined, 5]) {
      const once = clampLimit(limit, max);
      assertEquals(clampLimit(once, max), once);
    }
  }
});

Deno.test("bucket and binding have what the policy allows, and follow when it changes", async () => {
  await using server = await TrellisServer.start();
  const { connection } = await server.connect();
  const raw = new RawBuckets(connection);
  const under = async (policy: ResourcePolicy) =>
    (await openAuthority(connection, { policy })).orThrow();
  const first = await under({ maxHistory: 4, maxTtlMs: 3_600_000 });
  await acceptState(first.store, "d", { a: { history: 10 } });
  const { materialized } = (await first.reconcile("d")).orThrow();
  assertEquals(materialized?.bindings.kv.a, { bucket: "svc_d_a", history: 4, ttlMs: 3_600_000 });
  assertEquals((await raw.config("svc_d_a")).max_msgs_per_subject, 4);
  const again = (await first.reconcile("d")).orThrow();
  assertEquals([again.actions, again.materialized?.state], [[], "reconciled"]);
  // Another policy is followed, not taken for somebody's change by hand.
  const lower = (await (await under({ maxHistory: 2 })).reconcile("d")).orThrow();
  assertEquals(lower.actions.map(({ kind }) => kind), ["update_bucket"]);
  assertEquals(lower.materialized?.bindings.kv.a, { bucket: "svc_d_a", history: 2, ttlMs: 0 });
});

Deno.test("a policy that would drop data is not followed, and said so until a person decides", async () => {
  await using server = await TrellisServer.start();
  const { connection } = await server.connect();
  const raw = new RawBuckets(connection);
  const under = async (policy: ResourcePolicy) =>
    (await openAuthority(connection, { policy })).orThrow();
  const wide = await under({ maxHistory: 4 });
  await acceptState(wide.store, "d", { a: { history: 10 } }, { store: { s: {} } });
  (await wide.reconcile("d")).orThrow();
  for (let i = 0; i < 4; i++) await raw.put("svc_d_a", "k", String(i));
  const store = new RawStore(connection, "svc_d_s");
  await store.setEntry("k", "an entry");
  const written = Date.now();
  await until(() => Date.now() - written > 200, "it is older than it may become");
  const narrow = await under({ maxHistory: 2, maxTtlMs: 100, maxTotalBytes: 1000 });
  const binding = { bucket: "svc_d_a", history: 4, ttlMs: 0 };
  for (let run = 0; run < 2; run++) {
    const { actions, materialized } = (await narrow.reconcile("d")).orThrow();
    assertEquals(actions.map(actionResource), run === 0 ? ["store/s"] : []);
    assertEquals(materialized?.state, "pending");
    assertEquals(materialized?.problems.map(({ code, resource }) => [code, resource]), [
      ["policy_would_drop_data", "kv/a"],
      ["policy_would_drop_data", "store/s"],
    ]);
    assertStringIncludes(materialized?.problems[0]?.message ?? "", "history 4 -> 2");
    assertStringIncludes(materialized?.problems[0]?.message ?? "", "maxHistory");
    assertEquals(materialized?.bindings.kv.a, binding);
    // A limit on the size drops nothing.
    const inForce = { name: "svc_d_s", ttlMs: 0, maxTotalBytes: 1000 };
    assertEquals(materialized?.bindings.store.s, inForce);
  }
  assertEquals((await raw.config("svc_d_a")).max_msgs_per_subject, 4);
  // What a contract asks for was decided by a person, who was told what it costs.
  await acceptState(narrow.store, "d", { a: { history: 2, ttlMs: 60_000 } });
  const decided = (await (await under({ maxHistory: 2 })).reconcile("d")).orThrow();
  assertEquals(decided.materialized?.problems, []);
  assertEquals((await raw.config("svc_d_a")).max_msgs_per_subject, 2);
});

Deno.test("once nothing would be lost, a policy is followed, and no change from outside is reported", async () => {
  await using server = await TrellisServer.start();
  const { connection } = await server.connect();
  const raw = new RawBuckets(connection);
  const wide = await server.authority();
  await acceptState(wide.store, "d", { a: { history: 10 } });
  (await wide.reconcile("d")).orThrow();
  for (const text of ["1", "2", "3"]) await raw.put("svc_d_a", "k", text);
  (await wide.setPolicy({ maxHistory: 2 })).orThrow();
  const refused = (await wide.reconcile("d")).orThrow();
  assertEquals(refused.materialized?.problems.map(({ code }) => code), ["policy_would_drop_data"]);
  await raw.purge("svc_d_a", "k");
  const followed = (await wide.reconcile("d")).orThrow();
  assertEquals(followed.actions.map(({ kind }) => kind), ["update_bucket"]);
  assertEquals(followed.materialized?.state, "reconciled");
});

Deno.test("the policy is one for all processes, and changes by compare-and-set", async () => {
  await using server = await TrellisServer.start();
  const [one, two] = [await server.authority(), await server.authority()];
  assertEquals((await one.policy()).orThrow(), {});
  const all = { maxHistory: 8, maxTtlMs: 1001, maxValueBytes: 1002, maxTotalBytes: 1003 };
  await Promise.all(
    Object.entries(all).map(async ([limit, value], i) =>
      (await (i % 2 === 0 ? one : two).setPolicy({ [limit]: value })).orThrow()
    ),
  );
  assertEquals((await two.policy()).orThrow(), all);
  await acceptState(one.store, "d", { a: { history: 60 } });
  const { materialized } = (await two.reconcile("d")).orThrow();
  assertEquals(materialized?.bindings.kv.a, {
    bucket: "svc_d_a",
    history: 8,
    ttlMs: 1001,
    maxValueBytes: 1002,
  });
  const none = { maxHistory: "none", maxTtlMs: "none", maxValueBytes: "none" } as const;
  assertEquals((await one.setPolicy({ ...none, maxTotalBytes: "none" })).orThrow(), {});
  const free = (await two.reconcile("d")).orThrow();
  assertEquals(free.materialized?.bindings.kv.a, { bucket: "svc_d_a", history: 60, ttlMs: 0 });
});

Deno.test("a policy that cannot be read keeps everything as it is", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  await acceptState(authority.store, "d", { a: {} });
  const raw = new RawBuckets((await server.connect()).connection);
  const texts = ["no JSON", '{"format":"trellis.policy.v1","limits":{"maxHistory":"2"}}'];
  for (const text of [...texts, '{"format":"trellis.policy.v3"}']) {
    await raw.put("trellis_authority", "policy", text);
    const read = await authority.policy();
    const newer = text.includes("v3");
    assertEquals(read.isErr() && read.error.code, newer ? "newer_format" : "record_corrupt");
    assertEquals((await authority.reconcile("d")).isErr(), true);
    assertEquals((await authority.setPolicy({ maxHistory: 3 })).isErr(), true);
  }
  assertEquals(await raw.names(), []);
  await raw.remove("trellis_authority", "policy");
  assertEquals((await authority.setPolicy({ maxHistory: 3 })).orThrow(), { maxHistory: 3 });
  assertEquals((await authority.reconcile("d")).isOk(), true);
});
