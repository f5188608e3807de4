import { assertEquals } from "@std/assert";
import { ancestryOf } from "./ancestry.ts";
import { kvNeeds, type KvSettings } from "../../tests/support/kv_contract.ts";

function ancestry(alias: string, seen: string[], ...accepted: Record<string, KvSettings>[]) {
  const { origin, former } = ancestryOf(
    "kv",
    alias,
    accepted.map((kv) => kvNeeds(kv)),
    new Set(seen),
  );
  return [origin, ...former];
}

const FROM_A = { b: { renamedFrom: "a" } };

Deno.test("an alias that was there is itself, whatever it says that it was called", () => {
  assertEquals(ancestry("b", ["b"], { b: {} }), ["b"]);
  assertEquals(ancestry("b", ["b"], FROM_A), ["b"]);
});

Deno.test("an alias that was not there is new, or renamed", () => {
  assertEquals(ancestry("b", ["a"], { a: {}, b: {} }), [undefined]);
  assertEquals(ancestry("b", ["a"], FROM_A), ["a", "a"]);
});

Deno.test("renames that no reconcile has seen are followed, the latest first", () => {
  assertEquals(ancestry("c", ["a"], FROM_A, { c: { renamedFrom: "b" } }), ["a", "b", "a"]);
  assertEquals(ancestry("b", ["a"], FROM_A, { b: {} }), ["a", "a"]);
});

Deno.test("a name that comes back on the way is passed", () => {
  const versions = [FROM_A, { c: { renamedFrom: "b" } }, { b: { renamedFrom: "c" } }];
  assertEquals(ancestry("b", ["a"], ...versions), ["a", "c", "a"]);
  assertEquals(ancestry("a", ["a"], FROM_A, { a: { renamedFrom: "b" } }), ["a", "b"]);
});

Deno.test("an alias that was not there in between is another", () => {
  assertEquals(ancestry("b", ["a"], FROM_A, { c: { renamedFrom: "b" } }, { b: {} }), [undefined]);
});

Deno.test("two aliases may change their names", () => {
  const versions: Record<string, KvSettings>[] = [{ t: { renamedFrom: "a" }, b: {} }, {
    t: {},
    a: { renamedFrom: "b" },
  }, {
    a: {},
    b: { renamedFrom: "t" },
  }];
  assertEquals(ancestry("a", ["a", "b"], ...versions)[0], "b");
  assertEquals(ancestry("b", ["a", "b"], ...versions)[0], "a");
});
