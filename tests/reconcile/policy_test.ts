import { assertEquals } from "@std/assert";
import { openAuthority } from "../../reconcile/nats/open_authority.ts";
import { clampBucket, clampLimit, type ResourcePolicy } from "../../reconcile/policy.ts";
import { acceptState } from "../support/accepted_state.ts";
import { RawBuckets } from "../support/nats/raw_buckets.ts";
import { TrellisServer } from "../support/trellis_server.ts";

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
  for (let i = 0; i < 4; i++) await raw.put("svc_d_a", "k", String(i));
  // Another policy is a decision too: it is followed, not taken for somebody's change by hand.
  const lower = (await (await under({ maxHistory: 2 })).reconcile("d")).orThrow();
  assertEquals(lower.actions.map(({ kind }) => kind), ["update_bucket"]);
  assertEquals(lower.materialized?.bindings.kv.a, { bucket: "svc_d_a", history: 2, ttlMs: 0 });
});
