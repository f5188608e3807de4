import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { planActions } from "./plan_actions.ts";
import { candidateNames } from "./place_buckets.ts";
import type { BucketsByKind, BucketState } from "../resources/bucket.ts";
import type { Owner } from "../resources/owner.ts";
import { physicalNames } from "../resources/physical_name.ts";
import type { AuthorityRecord } from "../records/authority_record.ts";
import { kvNeeds, type KvSettings } from "../../tests/support/kv_contract.ts";

const SETTINGS = { history: 1, ttlMs: 0, maxValueBytes: 0 };

function record(kv: Record<string, KvSettings>, bound: Record<string, string> = {}) {
  const needs = kvNeeds(kv);
  return {
    format: "trellis.authority.v1",
    deployment: "orders-service",
    mode: "strict",
    modeBy: "me",
    desired: { version: 1, planId: "P", needs, digests: [needs.digest] },
    materialized: {
      version: 1,
      state: "reconciled",
      problems: [],
      at: "",
      bindings: {
        format: "trellis.bindings.v1",
        deployment: "orders-service",
        contract: needs.contract,
        digests: [],
        version: 1,
        kv: Object.fromEntries(
          Object.entries(bound).map(([alias, bucket]) => [
            alias,
            { bucket, history: 1, ttlMs: 0 },
          ]),
        ),
        store: {},
      },
    },
    retired: [],
    history: [],
  } satisfies AuthorityRecord;
}

function owner(alias: string, deployment = "orders-service"): Owner {
  return { deployment, contract: "orders-service@v1", alias, kind: "kv" };
}

function bucket(name: string, of?: Owner, settings = SETTINGS): BucketState {
  return { name, settings, owner: of, values: 0, bytes: 0, created: "" };
}

function serverWith(...states: readonly BucketState[]): BucketsByKind {
  return { kv: new Map(states.map((state) => [state.name, state])), store: new Map() };
}

const NAME = "svc_orders_service_orders";
const DISTINCT = physicalNames(owner("orders"))[1];

Deno.test("nothing there: the bucket is created under its plain name", () => {
  const { actions, placements, problems } = planActions(record({ orders: {} }), serverWith());
  assertEquals(actions, [{
    kind: "create_bucket",
    subject: { kind: "kv", alias: "orders", name: NAME },
    owner: owner("orders"),
    settings: SETTINGS,
    lost: false,
  }]);
  assertEquals(placements.map(({ name }) => name), [NAME]);
  assertEquals(problems, []);
});

Deno.test("all there: nothing to do", () => {
  const plan = planActions(record({ orders: {} }), serverWith(bucket(NAME, owner("orders"))));
  assertEquals(plan.actions, []);
  assertEquals(plan.placements.length, 1);
});

Deno.test("other settings: the bucket is updated, and the action says which", () => {
  const found = bucket(NAME, owner("orders"), { history: 9, ttlMs: 5, maxValueBytes: 0 });
  const [action] = planActions(record({ orders: {} }), serverWith(found)).actions;
  assertEquals(
    action?.kind === "update_bucket" && action.changes.map(({ field }) => field),
    ["history", "ttlMs"],
  );
});

Deno.test("a bucket without an owner is left alone, and is a problem", () => {
  const plan = planActions(record({ orders: {} }), serverWith(bucket(NAME)));
  assertEquals([plan.actions, plan.placements], [[], []]);
  assertEquals(plan.problems.map(({ code, resource }) => [code, resource]), [
    ["bucket_not_ours", "kv/orders"],
  ]);
});

Deno.test("the plain name belongs to another owner: the distinct one is taken", () => {
  const taken = serverWith(bucket(NAME, owner("service_orders", "orders")));
  const [action] = planActions(record({ orders: {} }), taken).actions;
  assertEquals(action?.subject.name, DISTINCT);
});

Deno.test("both names belong to others: a problem, no action", () => {
  const theirs = owner("orders", "other");
  const plan = planActions(
    record({ orders: {} }),
    serverWith(bucket(NAME, theirs), bucket(DISTINCT, theirs)),
  );
  assertEquals(plan.actions, []);
  assertEquals(plan.problems[0]?.code, "bucket_not_ours");
});

Deno.test("our bucket is found under the distinct name even when the plain one is free", () => {
  const plan = planActions(record({ orders: {} }), serverWith(bucket(DISTINCT, owner("orders"))));
  assertEquals(plan.actions, []);
  assertEquals(plan.placements[0]?.name, DISTINCT);
});

Deno.test("a bound bucket that is gone is made again under the name that it was bound to", () => {
  const plan = planActions(record({ orders: {} }, { orders: DISTINCT }), serverWith());
  assertEquals(plan.actions.map(({ subject }) => subject.name), [DISTINCT]);
});

Deno.test("two aliases that meet in one name get two buckets", () => {
  const { actions, problems } = planActions(record({ jobCache: {}, job_cache: {} }), serverWith());
  assertEquals(problems, []);
  assertEquals(actions.length, 2);
  assertNotEquals(actions[0]?.subject.name, actions[1]?.subject.name);
});

Deno.test("no desired state: nothing to know and nothing to do", () => {
  const { desired: _, ...rest } = record({ orders: {} });
  assertEquals(candidateNames(rest), { kv: [], store: [] });
  assertEquals(planActions(rest, serverWith()).actions, []);
});

const CREATED = "2026-01-01T00:00:00Z";
const OTHER_NAME = "svc_orders_service_carts";

/** A record whose aliases remember the bucket that they were bound to. */
function remembering(
  kv: Record<string, KvSettings>,
  bound: Record<string, string>,
  more: Partial<AuthorityRecord> = {},
): AuthorityRecord {
  const base = record(kv, bound);
  const buckets = Object.fromEntries(
    Object.entries(bound).map(([alias, name]) => [
      `kv/${alias}`,
      { name, created: CREATED, settings: SETTINGS },
    ]),
  );
  return { ...base, materialized: { ...base.materialized, buckets }, ...more };
}

function made(state: BucketState, created = CREATED): BucketState {
  return { ...state, created };
}

function kinds(plan: ReturnType<typeof planActions>): readonly string[] {
  return [...plan.actions.map(({ kind }) => kind), ...plan.problems.map(({ code }) => code)];
}

Deno.test("only the very bucket that was allowed is adopted", () => {
  const { desired, ...rest } = record({ orders: {} });
  const adopts = { "kv/orders": { name: NAME, created: CREATED } };
  const adopting = { ...rest, desired: { ...desired, adopts } };
  const plan = planActions(
    adopting,
    serverWith(made(bucket(NAME, undefined, { ...SETTINGS, history: 9 }))),
  );
  assertEquals(kinds(plan), ["adopt_bucket"]);
  const [action] = plan.actions;
  assert(action?.kind === "adopt_bucket");
  assertEquals(action.expected, { created: CREATED, owner: undefined });
  assertEquals(action.changes.map(({ field }) => field), ["owner", "history"]);
  assertEquals(kinds(planActions(adopting, serverWith(made(bucket(NAME), "later")))), [
    "bucket_recreated",
  ]);
  assertEquals(kinds(planActions(adopting, serverWith(bucket(NAME, owner("orders"))))), []);
  assertEquals(kinds(planActions(adopting, serverWith())), ["create_bucket"]);
  const theirs = bucket(NAME, owner("service_orders", "orders"));
  assertEquals(
    planActions(adopting, serverWith(theirs)).actions.map(({ subject }) => subject.name),
    [
      DISTINCT,
    ],
  );
});

Deno.test("what can never be as declared is not adopted", () => {
  const { desired, ...rest } = record({ orders: {} });
  const adopts = { "kv/orders": { name: NAME, created: CREATED } };
  const deviations = [{ field: "sealed", from: true, to: false, repairable: false }];
  const sealed = { ...made(bucket(NAME)), deviations };
  const plan = planActions({ ...rest, desired: { ...desired, adopts } }, serverWith(sealed));
  assertEquals(kinds(plan), ["bucket_not_repairable"]);
});

Deno.test("a renamed alias takes its bucket along, under the name that it has", () => {
  const renamed = remembering({ carts: { renamedFrom: "orders" } }, { orders: NAME });
  const plan = planActions(renamed, serverWith(made(bucket(NAME, owner("orders")))));
  assertEquals(kinds(plan), ["rename_bucket"]);
  assertEquals(plan.placements.map(({ alias, name }) => [alias, name]), [["carts", NAME]]);
  // Killed right after: the bucket says so already.
  const after = planActions(renamed, serverWith(made(bucket(NAME, owner("carts")))));
  assertEquals([kinds(after), after.placements[0]?.name], [[], NAME]);
});

Deno.test("once an alias is bound, what it was called before means nothing", () => {
  const later = remembering({ carts: { renamedFrom: "orders" } }, { carts: OTHER_NAME });
  const buckets = serverWith(
    made(bucket(NAME, owner("orders"))),
    made(bucket(OTHER_NAME, owner("carts"))),
  );
  const plan = planActions(later, buckets);
  assertEquals([kinds(plan), plan.placements[0]?.name], [[], OTHER_NAME]);
});

Deno.test("a later alias of the old name gets a bucket of its own, as often as it takes", () => {
  const taken = serverWith(
    made(bucket(NAME, owner("carts"))),
    made(bucket(DISTINCT, owner("bags"))),
  );
  const next = remembering({ orders: {}, carts: {}, bags: {} }, { carts: NAME, bags: DISTINCT });
  assertEquals(planActions(next, taken).exhausted, true);
  const deeper = planActions(next, taken, { depth: 4 });
  assertEquals([kinds(deeper), deeper.exhausted], [["create_bucket"], false]);
  assertEquals(deeper.actions[0]?.subject.name, physicalNames(owner("orders"), 4)[2]);
});

Deno.test("a bucket that another deployment claims is a problem, not another empty bucket", () => {
  const claimed = made(bucket(NAME, owner("orders", "billing")));
  const plan = planActions(remembering({ orders: {} }, { orders: NAME }), serverWith(claimed));
  assertEquals([kinds(plan), plan.placements], [["bucket_claimed"], []]);
});

Deno.test("metadata that was lost is written again; a bucket made again is another", () => {
  const bound = remembering({ orders: {} }, { orders: NAME });
  assertEquals(kinds(planActions(bound, serverWith(made(bucket(NAME))))), ["repair_bucket"]);
  const renamedByHand = made(bucket(NAME, owner("x")));
  assertEquals(kinds(planActions(bound, serverWith(renamedByHand))), ["repair_bucket"]);
  const anew = planActions(bound, serverWith(made(bucket(NAME), "later")));
  assertEquals(kinds(anew), ["bucket_recreated"]);
  assertEquals([...anew.candidates.keys()], ["kv/orders"]);
  // Restored with its metadata it says whose it is.
  assertEquals(
    kinds(planActions(bound, serverWith(made(bucket(NAME, owner("orders")), "later")))),
    [],
  );
});

Deno.test("a bound bucket that is gone is made again, and said to be lost", () => {
  const [action] = planActions(remembering({ orders: {} }, { orders: NAME }), serverWith()).actions;
  assertEquals(action?.kind === "create_bucket" && action.lost, true);
});

Deno.test("another lineage takes nothing over, and the old bucket is retired", () => {
  const next = remembering({ orders: {} }, { orders: NAME });
  const old = {
    ...next,
    materialized: {
      ...next.materialized!,
      bindings: { ...next.materialized!.bindings, contract: "old@v1" },
    },
  };
  const theirs = { ...owner("orders"), contract: "old@v1" };
  const plan = planActions(old, serverWith(made(bucket(NAME, theirs))));
  assertEquals(kinds(plan), ["create_bucket", "retire_bucket"]);
  assertEquals(plan.actions.map(({ subject }) => subject.name), [DISTINCT, NAME]);
});

Deno.test("only what a person decided to delete is deleted, and only when nothing is bound to it", () => {
  const entry = { kind: "kv", alias: "carts", name: OTHER_NAME, at: "", created: CREATED } as const;
  const buckets = serverWith(
    made(bucket(NAME, owner("orders"))),
    made(bucket(OTHER_NAME, owner("carts"))),
  );
  const bound = { orders: NAME };
  const kept = remembering({ orders: {} }, bound, { retired: [entry] });
  assertEquals(kinds(planActions(kept, buckets)), []);
  const doomed = { ...entry, deletedBy: "P" };
  const decided = remembering({ orders: {} }, bound, { retired: [doomed] });
  const [action] = planActions(decided, buckets).actions;
  assertEquals([action?.kind, action?.subject.name], ["delete_bucket", OTHER_NAME]);
  // Still bound: the binding goes first.
  const still = remembering({ orders: {} }, { ...bound, carts: OTHER_NAME }, { retired: [doomed] });
  const first = planActions(still, buckets);
  assertEquals([kinds(first), first.unfinished], [["retire_bucket"], true]);
});

Deno.test("a bucket that is no longer ours is not deleted", () => {
  const doomed = {
    kind: "kv",
    alias: "carts",
    name: OTHER_NAME,
    at: "",
    created: CREATED,
    deletedBy: "P",
  } as const;
  const decided = remembering({}, {}, { retired: [doomed] });
  assertEquals(kinds(planActions(decided, serverWith())), []);
  const stripped = made(bucket(OTHER_NAME));
  assertEquals(kinds(planActions(decided, serverWith(stripped))), ["bucket_not_ours"]);
  const anew = made(bucket(OTHER_NAME), "later");
  assertEquals(kinds(planActions(decided, serverWith(anew))), []);
  const theirs = made(bucket(OTHER_NAME, owner("carts", "billing")));
  assertEquals(kinds(planActions(decided, serverWith(theirs))), ["bucket_claimed"]);
  const theirsAnew = made(bucket(OTHER_NAME, owner("carts", "billing")), "later");
  assertEquals(kinds(planActions(decided, serverWith(theirsAnew))), []);
});

Deno.test("an alias whose old data is to be deleted does not get it back", () => {
  const doomed = { kind: "kv", alias: "orders", name: NAME, at: "", deletedBy: "P" } as const;
  const again = remembering({ orders: {} }, {}, { retired: [doomed] });
  const plan = planActions(again, serverWith(made(bucket(NAME, owner("orders")))));
  assertEquals(kinds(plan), ["create_bucket", "delete_bucket"]);
  assertEquals(plan.actions.map(({ subject }) => subject.name), [DISTINCT, NAME]);
});

Deno.test("every name that a decision looks at is read beforehand", () => {
  assertEquals(candidateNames(record({ orders: {} }, { orders: "bound" })).kv, [
    "bound",
    NAME,
    DISTINCT,
  ]);
});
