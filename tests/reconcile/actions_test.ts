import { assertEquals, assertNotEquals } from "@std/assert";
import { candidateNames, planActions } from "../../reconcile/actions.ts";
import type { BucketState } from "../../reconcile/bucket.ts";
import { type Owner, physicalNames } from "../../reconcile/physical_name.ts";
import type { AuthorityRecord } from "../../reconcile/record.ts";
import { kvNeeds, type KvSettings } from "../support/kv_contract.ts";

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

function world(...buckets: readonly BucketState[]): Map<string, BucketState> {
  return new Map(buckets.map((state) => [state.name, state]));
}

const NAME = "svc_orders_service_orders";
const DISTINCT = physicalNames(owner("orders"))[1];

Deno.test("nothing there: the bucket is created under its plain name", () => {
  const { actions, placements, problems } = planActions(record({ orders: {} }), world());
  assertEquals(actions, [{
    kind: "create_bucket",
    alias: "orders",
    name: NAME,
    owner: owner("orders"),
    settings: SETTINGS,
  }]);
  assertEquals(placements.map(({ name }) => name), [NAME]);
  assertEquals(problems, []);
});

Deno.test("all there: nothing to do", () => {
  const plan = planActions(record({ orders: {} }), world(bucket(NAME, owner("orders"))));
  assertEquals(plan.actions, []);
  assertEquals(plan.placements.length, 1);
});

Deno.test("other settings: the bucket is updated, and the action says which", () => {
  const found = bucket(NAME, owner("orders"), { history: 9, ttlMs: 5, maxValueBytes: 0 });
  const [action] = planActions(record({ orders: {} }), world(found)).actions;
  assertEquals(action?.kind === "update_bucket" && action.drift, ["history", "ttlMs"]);
});

Deno.test("a bucket that is nobody's is left alone, and is a problem", () => {
  const plan = planActions(record({ orders: {} }), world(bucket(NAME)));
  assertEquals([plan.actions, plan.placements], [[], []]);
  assertEquals(plan.problems.map(({ code, resource }) => [code, resource]), [
    ["bucket_not_ours", "kv/orders"],
  ]);
});

Deno.test("the plain name belongs to another owner: the distinct one is taken", () => {
  const taken = world(bucket(NAME, owner("service_orders", "orders")));
  const [action] = planActions(record({ orders: {} }), taken).actions;
  assertEquals(action?.name, DISTINCT);
});

Deno.test("both names belong to others: a problem, no action", () => {
  const theirs = owner("orders", "other");
  const plan = planActions(
    record({ orders: {} }),
    world(bucket(NAME, theirs), bucket(DISTINCT, theirs)),
  );
  assertEquals(plan.actions, []);
  assertEquals(plan.problems[0]?.code, "bucket_not_ours");
});

Deno.test("our bucket is found under the distinct name even when the plain one is free", () => {
  const plan = planActions(record({ orders: {} }), world(bucket(DISTINCT, owner("orders"))));
  assertEquals(plan.actions, []);
  assertEquals(plan.placements[0]?.name, DISTINCT);
});

Deno.test("a bound bucket that is gone is made again under the name that it was bound to", () => {
  const plan = planActions(record({ orders: {} }, { orders: DISTINCT }), world());
  assertEquals(plan.actions.map(({ name }) => name), [DISTINCT]);
});

Deno.test("two aliases that meet in one name get two buckets", () => {
  const { actions, problems } = planActions(record({ jobCache: {}, job_cache: {} }), world());
  assertEquals(problems, []);
  assertEquals(actions.length, 2);
  assertNotEquals(actions[0]?.name, actions[1]?.name);
});

Deno.test("no desired state: nothing to know and nothing to do", () => {
  const { desired: _, ...rest } = record({ orders: {} });
  assertEquals(candidateNames(rest), []);
  assertEquals(planActions(rest, world()).actions, []);
});

Deno.test("every name that a decision looks at is read beforehand", () => {
  assertEquals(candidateNames(record({ orders: {} }, { orders: "bound" })), [
    "bound",
    NAME,
    DISTINCT,
  ]);
});
