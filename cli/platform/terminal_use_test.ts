import { assert, assertEquals } from "@std/assert";
import { sessionOf } from "../../contracts/identity/caller.ts";
import { compilePermissions } from "../../reconcile/grants/compile_permissions.ts";
import type { ByKey, Needs } from "../../reconcile/needs/need_types.ts";
import { needsOf } from "../../reconcile/needs/needs.ts";
import { orders } from "../../tests/support/platform/shops.ts";
import { terminalUse } from "./terminal_use.ts";

const caller = {
  principal: { kind: "user", id: "01jz8q4w6t5v3n2m1k0h9g8f7e" },
  session: sessionOf("U"),
} as const;

/** So many contracts, each with the same RPCs under names of its own. */
function served(count: number): ByKey<Needs> {
  const needs = needsOf(orders.manifest, orders.digest);
  const renamed = (at: number): Needs => {
    const text = JSON.stringify(needs).replaceAll("Orders.", `Orders${at}.`);
    return { ...JSON.parse(text), contract: `orders${at}@v1` };
  };
  return Object.fromEntries(
    Array.from({ length: count }, (_, at) => [`orders${at}@v1`, renamed(at)]),
  );
}

Deno.test("whoever runs no contract may call what is served, unless that is more than a server can be told", () => {
  const use = (count: number) => terminalUse({ caller, used: served(count), capabilities: [] });
  const some = use(1000);
  assert(some !== undefined);
  const calls = compilePermissions(some)?.publish.map(({ subject }) => subject) ?? [];
  assert(calls.some((subject) => subject.startsWith("rpc.v1.Orders999.")), calls.at(-1));
  assertEquals(use(10_000), undefined);
});
