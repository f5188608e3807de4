import { assert, assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import { haveNoEqual } from "./unique_items.ts";
import { validatorOf } from "./validator.ts";

const UNIQUE = { type: "array", uniqueItems: true };

Deno.test("items are equal as JSON values are, whatever the order of their members", () => {
  const pairs: readonly (readonly [unknown, unknown, boolean])[] = [
    [1, 1, true],
    [0, -0, true],
    [1, "1", false],
    [null, "null", false],
    [[], "[]", false],
    [{ a: 1, b: [2] }, { b: [2], a: 1 }, true],
    [{ a: 1 }, { a: "1" }, false],
    [[1, [2]], [1, 2], false],
    [["a,b"], ["a", "b"], false],
    [{ "a:1": 2 }, { a: 1 }, false],
    [{ valueOf: 1 }, { valueOf: 2 }, false],
    [{ valueOf: 1 }, { valueOf: 1 }, true],
    [{}, [], false],
  ];
  for (const [left, right, isEqual] of pairs) {
    const text = JSON.stringify([left, right]);
    assertEquals(haveNoEqual([left, right]), !isEqual, text);
    assertEquals(validatorOf(UNIQUE).check([left, 7, right]), !isEqual, text);
    assertEquals(validatorOf(UNIQUE).issues([left, right]).length, isEqual ? 1 : 0, text);
  }
});

Deno.test("a repeated item is found wherever it is", () => {
  fc.assert(fc.property(fc.array(fc.jsonValue(), { maxLength: 8 }), fc.nat(), (items, seed) => {
    const distinct = [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
    const again = [...distinct];
    again.splice(seed % (distinct.length + 1), 0, ...distinct.slice(seed % 3, seed % 3 + 1));
    if (again.length > distinct.length) assertFalse(haveNoEqual(structuredClone(again)));
  }));
});

Deno.test("a list of 20000 objects takes as long as its size, not as its pairs", () => {
  const objects = Array.from({ length: 20_000 }, (_, i) => ({ a: 1, b: i }));
  assert(validatorOf(UNIQUE).check(objects));
  assertFalse(validatorOf(UNIQUE).check([...objects, { b: 3, a: 1 }]));
});
