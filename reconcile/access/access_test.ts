import { assertEquals, assertStringIncludes } from "@std/assert";
import { declaredCapabilities, findCapability } from "./capability_name.ts";
import { parseHolder } from "./holder.ts";
import { changeHolding, type ChangeRequest, heldCapabilities, type Holding } from "./holding.ts";

const ADA = { kind: "user", id: "ada" } as const;
const SUPPORT = { kind: "group", id: "support" } as const;
const READ = "orders::orders.read";
const REFUND = "orders::orders.refund";

function request(action: "add" | "remove", capabilities: string[], groups: string[] = []) {
  return { action, capabilities, groups, by: "root", at: "2026-01-31T12:00:00.000Z" } as const;
}

function after(changes: readonly ChangeRequest[], holder: Holding["holder"] = ADA) {
  return changes.reduce<Holding | undefined>(
    (before, change) => changeHolding(before, holder, change).orThrow() ?? before,
    undefined,
  );
}

Deno.test("what is added is held, once, and each change says who and when", () => {
  const holding = after([request("add", [REFUND]), request("add", [READ, REFUND], ["support"])]);
  assertEquals(holding?.capabilities, [READ, REFUND]);
  assertEquals(holding?.groups, ["support"]);
  assertEquals(holding?.change, {
    at: "2026-01-31T12:00:00.000Z",
    by: "root",
    added: ["group:support", READ],
    removed: [],
  });
  assertEquals(changeHolding(holding, ADA, request("add", [READ])).orThrow(), undefined);
});

Deno.test("what is removed is held no more; what was never held is a mistake, and all of it stays", () => {
  const before = after([request("add", [READ, REFUND])]);
  const less = changeHolding(before, ADA, request("remove", [READ])).orThrow();
  assertEquals(less?.capabilities, [REFUND]);
  assertEquals(less?.change.removed, [READ]);
  const refused = changeHolding(before, ADA, request("remove", [READ, "orders::other"])).take();
  assertEquals("error" in Object(refused) && Object(refused).error.code, "grant_not_found");
});

Deno.test("a group gives what it holds at the moment, and holds no groups", () => {
  const ada = after([request("add", [READ], ["support"])]);
  const group = after([request("add", [REFUND, READ])], SUPPORT);
  assertEquals(heldCapabilities(ada, [group]), [READ, REFUND]);
  assertEquals(heldCapabilities(ada, [undefined]), [READ]);
  assertEquals(heldCapabilities(undefined, []), []);
  const nested = changeHolding(group, SUPPORT, request("add", [], ["others"]));
  assertEquals(nested.isErr() && nested.error.code, "grant_invalid");
});

Deno.test("a local key is found where one contract has it, and refused where none or several have", () => {
  const capability = { displayName: "", description: "" };
  const declared = declaredCapabilities([
    { capabilities: { [READ]: capability, [REFUND]: capability } },
    { capabilities: { "carts::orders.read": capability } },
  ]);
  assertEquals(findCapability("orders.refund", declared).orThrow(), {
    key: REFUND,
    isDeclared: true,
  });
  assertEquals(findCapability(READ, declared).orThrow(), { key: READ, isDeclared: true });
  assertEquals(findCapability("later::x", declared).orThrow(), {
    key: "later::x",
    isDeclared: false,
  });
  const both = findCapability("orders.read", declared);
  assertEquals(both.isErr() && both.error.code, "capability_ambiguous");
  const unknown = findCapability("orders.raed", declared);
  assertEquals(unknown.isErr() && unknown.error.code, "capability_unknown");
  assertStringIncludes(unknown.isErr() ? unknown.error.hint : "", REFUND);
  for (const name of ["", "a b", "::x", "a::\u0007"]) {
    assertEquals(findCapability(name, declared).isErr(), true, name);
  }
});

Deno.test("names that would stand for somebody else are no holders", () => {
  assertEquals(parseHolder("user:ada"), ADA);
  assertEquals(parseHolder("service:acme.orders"), { kind: "service", id: "acme_orders" });
  for (
    const text of [
      "ada",
      "user:",
      "user:*",
      "user:>",
      "user:a.b",
      "user:a~",
      "admin:ada",
      "user:аda",
    ]
  ) {
    assertEquals(parseHolder(text), undefined, text);
  }
});
