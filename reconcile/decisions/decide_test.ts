import { assertEquals } from "@std/assert";
import { decide, type DecisionRequest } from "./decide.ts";
import { runnable } from "./desired_state.ts";
import { propose } from "./propose.ts";
import type {
  AuthorityMode,
  AuthorityRecord,
  Decision,
  Plan,
} from "../records/authority_record.ts";
import { kvNeeds, type KvSettings } from "../../tests/support/kv_contract.ts";

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

/** A decision without what chains it. */
function unchained(decision: Decision): Partial<Decision> {
  const { seq, previous, planDigest, hash, mode: _, modeBy: _by, ...rest } = decision;
  for (const one of [previous, planDigest, hash]) assertEquals(typeof one, "string");
  assertEquals(typeof seq, "number");
  return rest;
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
  assertEquals(after.history.map(unchained), [
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
  assertEquals(after.history.slice(-1).map(unchained), [{
    planId: plan.id,
    outcome: "rejected",
    at: NOW,
    by: "me",
    reason: "no",
    version: 1,
  }]);
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

Deno.test("a plan that is not as it was made is not accepted", () => {
  const { record, plan } = pending({ a: {} });
  const changed = { ...plan, needs: kvNeeds({ a: { history: 9 } }) };
  assertEquals(code(record, changed, {}), "record_corrupt");
});

Deno.test("words are kept for ever, and therefore bounded", () => {
  const before = accepted({ a: {} });
  const { record, plan } = pending({}, before);
  const verb = "accept-migration";
  const long = "x".repeat(5000);
  assertEquals(code(record, plan, { verb, acknowledgement: long }), "text_too_long");
  assertEquals(code(record, plan, { verb: "reject", reason: long }), "text_too_long");
  assertEquals(
    code(record, plan, { verb, acknowledgement: "y", reason: "\ud800" }),
    "text_too_long",
  );
});

/** A record whose aliases are bound, as after a reconcile. */
function bound(record: AuthorityRecord): AuthorityRecord {
  const { desired } = record;
  if (desired === undefined) throw new Error("nothing is accepted");
  const { version, needs, digests } = desired;
  const kv = Object.fromEntries(
    Object.entries(needs.resources.kv).map(([alias, { history, ttlMs }]) => [
      alias,
      { bucket: `svc_${alias}`, history, ttlMs },
    ]),
  );
  const bindings = {
    format: "trellis.bindings.v1" as const,
    deployment: record.deployment,
    contract: needs.contract,
    digests,
    version,
    kv,
    store: {},
  };
  const state = "reconciled" as const;
  return { ...record, materialized: { version, state, problems: [], at: NOW, bindings } };
}

const MIGRATION = { verb: "accept-migration", by: "me", now: NOW, acknowledgement: "yes" } as const;

Deno.test("data is kept unless the decision names it, and then it is marked with the plan", () => {
  const before = bound(accepted({ a: {}, b: {} }));
  const { record, plan } = pending({ a: {} }, before);
  const kept = decide(record, plan, MIGRATION).orThrow();
  const retired = { kind: "kv" as const, alias: "b", name: "svc_b", at: NOW };
  assertEquals(kept.retired, [retired]);
  assertEquals(kept.history.at(-1)?.retired, { "kv/b": "svc_b" });
  assertEquals(kept.history.at(-1)?.deleteData, undefined);
  for (const deleteData of [["kv/b"], ["all"]]) {
    const deleted = decide(record, plan, { ...MIGRATION, deleteData }).orThrow();
    assertEquals(deleted.retired, [{ ...retired, deletedBy: plan.id }]);
    assertEquals(deleted.history.at(-1)?.deleteData, ["kv/b"]);
  }
});

Deno.test("only data of retired resources is deleted, and only by a migration", () => {
  const before = bound(accepted({ a: {}, b: {} }));
  const { record, plan } = pending({ a: {} }, before);
  for (const name of ["kv/a", "kv/c", "b", "kv/", "kv/__proto__", "kv/constructor", "store/b"]) {
    const result = code(record, plan, { ...MIGRATION, deleteData: [name] });
    assertEquals(result, "resource_not_retired", name);
  }
  const update = pending({ a: {}, b: {}, c: {} }, before);
  const deleteData = ["all"];
  assertEquals(code(update.record, update.plan, { deleteData }), "acknowledgement_required");
});

Deno.test("what was retired earlier can be deleted with a later migration", () => {
  const first = pending({ a: {} }, bound(accepted({ a: {}, b: {} })));
  const retired = bound(decide(first.record, first.plan, MIGRATION).orThrow());
  const { record, plan } = pending({}, retired);
  const after = decide(record, plan, { ...MIGRATION, deleteData: ["kv/b"] }).orThrow();
  assertEquals(after.retired.map(({ alias, deletedBy }) => [alias, deletedBy]), [
    ["b", plan.id],
    ["a", undefined],
  ]);
});

Deno.test("an alias whose old data is being deleted is not asked for again until that is done", () => {
  const first = pending({}, bound(accepted({ a: {} })));
  const deleted = decide(first.record, first.plan, { ...MIGRATION, deleteData: ["all"] }).orThrow();
  const again = pending({ a: {} }, deleted);
  assertEquals(code(again.record, again.plan, {}), "deletion_unfinished");
  const done = pending({ a: {} }, { ...deleted, retired: [] });
  assertEquals(code(done.record, done.plan, {}), "decided");
});

Deno.test("a bucket that goes on under another alias is not retired", () => {
  const before = bound(accepted({ orders: {} }));
  const { record, plan } = pending({ sales: { renamedFrom: "orders" } }, before);
  assertEquals(decide(record, plan, MIGRATION).orThrow().retired, []);
  assertEquals(code(record, plan, { ...MIGRATION, deleteData: ["all"] }), "decided");
  assertEquals(
    code(record, plan, { ...MIGRATION, deleteData: ["kv/orders"] }),
    "resource_not_retired",
  );
});
