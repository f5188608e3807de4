import { assertEquals, assertStrictEquals } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import { usedContract } from "./declaration.ts";
import { clock } from "../../tests/contracts/library_contract.ts";

Deno.test("a use is the manifest's own form, with the contract behind a symbol", () => {
  const use = clock.use({ rpc: { call: ["Clock.Read"] } });
  assertEquals(JSON.parse(JSON.stringify(use)), {
    contract: "clock@v1",
    rpc: { call: ["Clock.Read"] },
  });
  assertStrictEquals(use[usedContract], clock);
  assertType<IsExact<(typeof use)["rpc"]["call"], readonly ["Clock.Read"]>>(true);
});
