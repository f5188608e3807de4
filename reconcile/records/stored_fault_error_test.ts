import { assertEquals, assertStringIncludes } from "@std/assert";
import { storedFaultError } from "./stored_fault_error.ts";

const FAULT = { kind: "changed", detail: "its seal is broken" } as const;

Deno.test("a damaged record says which key it is, and how it is repaired without losing anything", () => {
  const key = "deployment.orders";
  const { code, hint, command } = storedFaultError(FAULT, "the record of orders", key, "orders");
  assertEquals(code, "record_corrupt");
  assertStringIncludes(hint, "nats kv put trellis_authority deployment.orders < backup");
  // What is deleted is kept as a copy first, and a person does it.
  assertStringIncludes(hint, "nats kv get trellis_authority deployment.orders --raw > copy");
  assertStringIncludes(hint, "nats kv del trellis_authority deployment.orders");
  assertStringIncludes(hint, "data stay");
  assertEquals(command, ["svc", "orders", "authority", "verify"]);
});

Deno.test("what cannot be made again is restored only, and the policy is set again", () => {
  const hintOf = (key: string, deployment?: string) =>
    storedFaultError(FAULT, "it", key, deployment).hint;
  for (const key of ["history.orders.3", "plan.orders.01M8HRJ8PHMVW0J22ZHFEWD60N"]) {
    const hint = hintOf(key, "orders");
    assertStringIncludes(hint, `nats kv put trellis_authority ${key} < backup`);
    assertEquals(hint.includes("nats kv del"), false, key);
  }
  assertStringIncludes(hintOf("policy"), "set the policy again");
  assertEquals(storedFaultError(FAULT, "the policy", "policy").command, ["policy", "set"]);
});

Deno.test("what a newer Trellis wrote is left to it", () => {
  const fault = { kind: "newer", detail: "its format is trellis.authority.v2" } as const;
  const { code, hint } = storedFaultError(fault, "the record of a", "deployment.a", "a");
  assertEquals([code, hint], ["newer_format", "update Trellis; nothing was changed"]);
});
