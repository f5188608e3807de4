import { assertEquals } from "@std/assert";
import { type ContractFacts, type ReadinessFacts, readinessOf } from "./readiness.ts";

const ORDERS: ContractFacts = {
  deployment: "orders",
  module: "handlers/orders.ts",
  running: true,
  trouble: undefined,
  refusal: undefined,
  lacks: undefined,
  pending: undefined,
  problems: [],
};
const UP: ReadinessFacts = { stage: "up", connected: true, contracts: [ORDERS] };
const refusal = { message: "it was refused", hint: "change it" };
const lost = { resource: "kv/orders", code: "unavailable", message: "no answer", hint: "wait" };

/** What keeps a process from being ready, by the name of the check. */
function reasonsOf(facts: ReadinessFacts): Readonly<Record<string, string | undefined>> {
  const { ready, checks } = readinessOf(facts);
  const failed = checks.filter(({ ok }) => !ok);
  assertEquals(ready, failed.length === 0);
  return Object.fromEntries(failed.map(({ name, reason }) => [name, reason]));
}

const withContract = (changed: Partial<ContractFacts>): ReadinessFacts => ({
  ...UP,
  contracts: [{ ...ORDERS, ...changed }],
});

Deno.test("a process is ready when it is connected, its services answer and its resources exist", () => {
  assertEquals(reasonsOf(UP), {});
  assertEquals(reasonsOf({ ...UP, contracts: [] }), {});
  // What nobody here serves keeps nobody from being ready.
  assertEquals(reasonsOf(withContract({ module: undefined, running: false })), {});
  // The code from before serves.
  assertEquals(reasonsOf(withContract({ refusal })), {});
});

Deno.test("a process that is not ready says why", () => {
  const offline = "the NATS server cannot be reached";
  assertEquals(reasonsOf({ stage: "starting", connected: undefined, contracts: [] }), {
    process: "starting",
  });
  assertEquals(reasonsOf({ ...UP, stage: "stopping" }), { process: "stopping" });
  assertEquals(reasonsOf({ ...UP, connected: false }), { nats: offline });
  assertEquals(reasonsOf(withContract({ running: false })), {
    "service orders": "its process does not answer",
  });
  assertEquals(reasonsOf(withContract({ trouble: "it loops" })), { "service orders": "it loops" });
  assertEquals(reasonsOf(withContract({ running: false, refusal })), {
    "service orders": refusal.message,
  });
  assertEquals(reasonsOf(withContract({ problems: [{ ...lost, retryable: true }] })), {
    "resources of orders": "kv/orders: no answer",
  });
});
