import { assertEquals } from "@std/assert";
import { decide, type DecisionRequest, runnable } from "../../reconcile/decide.ts";
import { propose } from "../../reconcile/propose.ts";
import type { AuthorityMode, AuthorityRecord, Plan } from "../../reconcile/record.ts";
import { kvNeeds, type KvSettings } from "../support/kv_contract.ts";

const NOW = "2030-01-01T00:00:00.000Z";
let ids = 0;

function pending(
  kv: Record<string, KvSettings>,
  before?: AuthorityRecord,
  mode: AuthorityMode = "strict",
): { record: AuthorityRecord; plan: Plan } {
  const proposal = propose(before, kvNeeds(kv), {
    deployment: "orders-service",
    mode,
    by: "author",
    planId: `PLAN${++ids}`,
    now: NOW,
    taken: new Map(),
  }).orThrow();
  if (proposal.kind !== "planned") throw new Error(proposal.kind);
  return proposal;
}

function code(record: AuthorityRecord, plan: Plan, request: Partial<DecisionRequest>): string {
  const result = decide(record, plan, { verb: "accept-update", by: "me", now: NOW, ...request });
  return result.isErr() ? result.error.code : "decided";
}

function accepted(kv: Record<string, KvSettings>): AuthorityRecord {
  const { record, plan } = pending(kv);
  return decide(record, plan, { verb: "accept-update", by: "me", now: NOW }).orThrow();
}

Deno.test("accepting moves the desired state to the plan's needs and records who did it", () => {
  const { record, plan } = pending({ a: {} });
  const after = decide(record, plan, { verb: "accept-update", by: "me", now: NOW }).orThrow();
  assertEquals(after.desired?.version, 1);
  assertEquals(after.desired?.needs, plan.needs);
  assertEquals(after.desired?.planId, plan.id);
  assertEquals(after.pending, undefined);
  assertEquals(after.history, [
    { planId: plan.id, outcome: "accepted", at: NOW, by: "me", version: 1 },
  ]);
  assertEquals(after.materialized, undefined);
});

Deno.test("rejecting leaves the desired state as it is and keeps the reason", () => {
  const before = accepted({ a: {} });
  const { record, plan } = pending({ a: {}, b: {} }, before);
  const after = decide(record, plan, { verb: "reject", by: "me", now: NOW, reason: "no" })
    .orThrow();
  assertEquals(after.desired, before.desired);
  assertEquals(after.pending, undefined);
  assertEquals(after.history.at(-1), {
    planId: plan.id,
    outcome: "rejected",
    at: NOW,
    by: "me",
    reason: "no",
    version: 1,
  });
});

Deno.test("every refusal has its code", () => {
  const before = accepted({ a: { history: 5 } });
  const { record, plan } = pending({ a: { history: 1 } }, before);
  assertEquals(plan.kind, "migration");
  assertEquals(code(record, plan, {}), "plan_is_migration");
  assertEquals(code(record, plan, { verb: "accept-migration" }), "acknowledgement_required");
  assertEquals(
    code(record, plan, { verb: "accept-migration", acknowledgement: "  " }),
    "acknowledgement_required",
  );
  assertEquals(code(record, plan, { verb: "reject" }), "reason_required");
  assertEquals(code(record, plan, { verb: "reject", reason: " " }), "reason_required");
  const good = { verb: "accept-migration", acknowledgement: "yes" } as const;
  assertEquals(code(record, plan, { ...good, expectedDesiredVersion: 2 }), "version_conflict");
  assertEquals(code(record, plan, { ...good, expectedDesiredVersion: 1 }), "decided");
  const moved = { ...record, desired: { ...record.desired!, version: 7 } };
  assertEquals(code(moved, plan, good), "plan_outdated");
});

Deno.test("a plan is decided once: accepted, rejected and superseded plans stay so", () => {
  const { record, plan } = pending({ a: {} });
  const after = decide(record, plan, { verb: "accept-update", by: "me", now: NOW }).orThrow();
  assertEquals(code(after, plan, {}), "plan_already_decided");
  assertEquals(code(after, plan, { verb: "reject", reason: "no" }), "plan_already_decided");
  const rejected = decide(record, plan, { verb: "reject", by: "me", now: NOW, reason: "no" });
  assertEquals(code(rejected.orThrow(), plan, {}), "plan_already_decided");
  const newer = pending({ b: {} }, record);
  assertEquals(code(newer.record, plan, {}), "plan_superseded");
  assertEquals(code(newer.record, newer.plan, {}), "decided");
});

Deno.test("a migration ends the digests that ran before, an update keeps them", () => {
  const first = accepted({ a: {} });
  const update = pending({ a: {}, b: {} }, first);
  const updated = decide(update.record, update.plan, { verb: "accept-update", by: "me", now: NOW })
    .orThrow();
  assertEquals(updated.desired?.digests.length, 2);
  const migration = pending({ b: {} }, updated);
  const migrated = decide(migration.record, migration.plan, {
    verb: "accept-migration",
    by: "me",
    now: NOW,
    acknowledgement: "yes",
  }).orThrow();
  assertEquals(migrated.desired?.digests, [migration.plan.needs.digest]);
});

Deno.test("runnable digests are few, without repetition, the newest last", () => {
  assertEquals(runnable(["a", "b"], "a"), ["b", "a"]);
  let digests: readonly string[] = [];
  for (let i = 0; i < 100; i++) digests = runnable(digests, `d${i}`);
  assertEquals(digests.length, 32);
  assertEquals(digests.at(-1), "d99");
});
