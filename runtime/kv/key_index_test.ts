import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { KeyIndex } from "./key_index.ts";

Deno.test("the index lists live keys in order, by filter", () => {
  const index = new KeyIndex();
  ["b.2", "a.1", "b.10", "c"].forEach((key, i) => index.apply(key, i + 1, false));
  index.apply("a.1", 5, true);
  assertEquals(index.select(">"), ["b.10", "b.2", "c"]);
  assertEquals(index.select("b.*"), ["b.10", "b.2"]);
  assertEquals(index.select("c"), ["c"]);
  assertEquals(index.select("*.2"), ["b.2"]);
  assertEquals([index.size, index.has("a.1"), index.has("d")], [4, true, false]);
});

Deno.test("an older revision changes nothing, in whatever order revisions come", () => {
  const index = new KeyIndex();
  index.apply("a", 5, false);
  index.apply("a", 3, true);
  assertEquals(index.select(">"), ["a"]);
  index.apply("a", 7, true);
  index.apply("a", 6, false);
  assertEquals(index.select(">"), []);
});

Deno.test("an answer stays as it is when the index changes", () => {
  const index = new KeyIndex();
  index.apply("a", 1, false);
  const before = index.select(">");
  index.apply("b", 2, false);
  assertEquals([before, index.select(">")], [["a"], ["a", "b"]]);
});

Deno.test("what is older than the bucket's oldest revision is gone", () => {
  const index = new KeyIndex();
  ["a", "b", "c"].forEach((key, i) => index.apply(key, i + 1, false));
  index.apply("d", 4, true);
  assertEquals(index.select(">"), ["a", "b", "c"]);
  index.dropBefore(3);
  assertEquals([index.select(">"), index.size], [["c"], 2]);
});

Deno.test("the index agrees with a map after any changes", () => {
  const key = fc.integer({ min: 0, max: 200 }).map((n) => `k.${n}`);
  const step = fc.tuple(key, fc.boolean(), fc.integer({ min: 0, max: 20 }));
  fc.assert(fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
    const index = new KeyIndex();
    const live = new Set<string>();
    steps.forEach(([one, deleted, look], i) => {
      index.apply(one, i + 1, deleted);
      if (deleted) live.delete(one);
      else live.add(one);
      if (look === 0) assertEquals(index.select(">"), [...live].sort());
    });
    assertEquals(index.select("k.*"), [...live].sort());
  }));
});
