import { assert, assertEquals } from "@std/assert";
import { Type } from "@sinclair/typebox";
import { decide } from "./decide.ts";
import type { Needs } from "../needs/need_types.ts";
import { type ProposalContext, propose } from "./propose.ts";
import type { AuthorityRecord } from "../records/authority_record.ts";
import { kvNeeds } from "../../tests/support/kv_contract.ts";

const NOW = "2030-01-01T00:00:00.000Z";
let ids = 0;

function context(more: Partial<ProposalContext> = {}): ProposalContext {
  return {
    deployment: "orders-service",
    mode: "strict",
    by: "author",
    planId: `PLAN${++ids}`,
    now: NOW,
    taken: new Map(),
    ...more,
  };
}

function accepted(needs: Needs): AuthorityRecord {
  const proposal = propose(undefined, needs, context()).orThrow();
  assert(proposal.kind === "planned");
  return decide(proposal.record, proposal.plan, { verb: "accept-update", by: "me", now: NOW })
    .orThrow();
}

Deno.test("a first contract is a pending update from version 0", () => {
  const proposal = propose(undefined, kvNeeds({ a: {} }), context()).orThrow();
  assert(proposal.kind === "planned");
  assertEquals(proposal.plan.kind, "update");
  assertEquals(proposal.plan.baseVersion, 0);
  assertEquals(proposal.record.desired, undefined);
  assertEquals(proposal.record.pending?.planId, proposal.plan.id);
});

Deno.test("the same needs again are the same pending plan, and then no plan at all", () => {
  const needs = kvNeeds({ a: {} });
  const first = propose(undefined, needs, context()).orThrow();
  const again = propose(first.record, needs, context()).orThrow();
  assertEquals(again.kind, "coalesced");
  assertEquals(again.record, first.record);
  const unchanged = propose(accepted(needs), needs, context()).orThrow();
  assertEquals(unchanged.kind, "unchanged");
  assertEquals(unchanged.record.pending, undefined);
});

Deno.test("a newer proposal supersedes the pending one and says so in the history", () => {
  const first = propose(undefined, kvNeeds({ a: {} }), context()).orThrow();
  assert(first.kind === "planned");
  const second = propose(first.record, kvNeeds({ b: {} }), context()).orThrow();
  assert(second.kind === "planned");
  assertEquals(second.record.pending?.planId, second.plan.id);
  assertEquals(second.record.history.map(({ planId, outcome }) => [planId, outcome]), [
    [first.plan.id, "superseded"],
  ]);
});

Deno.test("going back to what is accepted supersedes the pending plan", () => {
  const needs = kvNeeds({ a: {} });
  const before = accepted(needs);
  const planned = propose(before, kvNeeds({ a: {}, b: {} }), context()).orThrow();
  const back = propose(planned.record, needs, context()).orThrow();
  assertEquals(back.kind, "unchanged");
  assertEquals(back.record.pending, undefined);
  assertEquals(back.record.history.at(-1)?.outcome, "superseded");
});

Deno.test("a digest that changes nothing that was accepted may run at once", () => {
  const before = accepted(kvNeeds({ a: {} }));
  const same = { ...kvNeeds({ a: {} }), digest: "another" };
  const proposal = propose(before, same, context()).orThrow();
  assertEquals(proposal.kind, "unchanged");
  assertEquals(proposal.record.desired?.digests.at(-1), "another");
  assertEquals(proposal.record.desired?.version, 1);
});

Deno.test("one dangerous change makes the whole plan a migration", () => {
  const before = accepted(kvNeeds({ a: { history: 5 } }));
  const proposal = propose(before, kvNeeds({ a: { history: 1 }, b: {} }), context()).orThrow();
  assert(proposal.kind === "planned");
  assertEquals(proposal.plan.kind, "migration");
  assertEquals(proposal.plan.baseVersion, 1);
});

Deno.test("a deployment that another user made strict is not taken by a dev process", () => {
  const before = accepted(kvNeeds({ a: {} }));
  const other = propose(before, kvNeeds({ b: {} }), context({ mode: "dev", by: "somebody" }));
  assert(other.isErr());
  assertEquals(other.error.code, "strict_elsewhere");
  assert(propose(before, kvNeeds({ b: {} }), context({ mode: "dev" })).isOk());
});

Deno.test("a surface that another deployment serves is refused, one's own is not", () => {
  const needs: Needs = {
    ...kvNeeds({}),
    surfaces: {
      "rpc.v1.A.Get": { kind: "rpc", name: "A.Get", schemas: {}, errors: [], capabilities: {} },
    },
  };
  const theirs = propose(
    undefined,
    needs,
    context({ taken: new Map([["rpc.v1.A.Get", "other"]]) }),
  );
  assert(theirs.isErr());
  assertEquals(theirs.error.code, "surface_taken");
  const ours = new Map([["rpc.v1.A.Get", "orders-service"]]);
  assert(propose(undefined, needs, context({ taken: ours })).isOk());
});

Deno.test("[P20] nobody serves what Trellis itself serves, whatever its contract is called", () => {
  for (const name of ["State.Put", "Auth.Sessions.Me", "Trellis.Catalog"]) {
    for (const contract of ["orders@v1", "trellis.state@v1"]) {
      const surface = { kind: "rpc", name, schemas: {}, errors: [], capabilities: {} };
      const needs: Needs = { ...kvNeeds({}), contract, surfaces: { [`rpc.v1.${name}`]: surface } };
      const refused = propose(undefined, needs, context({ mode: "dev" }));
      assert(refused.isErr());
      assertEquals(refused.error.code, "surface_taken");
    }
  }
});

Deno.test("proposing changes neither the record nor the needs it is given", () => {
  const before = accepted(kvNeeds({ a: {} }));
  const needs = kvNeeds({ a: {} }, { schema: Type.Object({ other: Type.String() }) });
  const copies = [structuredClone(before), structuredClone(needs)];
  propose(before, needs, context()).orThrow();
  assertEquals([before, needs], copies);
});
