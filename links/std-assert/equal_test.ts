import { assert, assertFalse, equal } from "./mod.ts";

class Point {
  constructor(readonly x: number, readonly y: number) {}
}

const EQUAL: [string, unknown, unknown][] = [
  ["numbers", 1, 1],
  ["NaN", NaN, NaN],
  ["zeros of either sign", 0, -0],
  ["bigints", 10n, 10n],
  ["nested objects in another key order", { a: { b: 1 }, c: 2 }, { c: 2, a: { b: 1 } }],
  ["arrays", [1, [2, { a: 3 }]], [1, [2, { a: 3 }]]],
  ["dates", new Date(5), new Date(5)],
  ["invalid dates", new Date(NaN), new Date(NaN)],
  ["patterns", /a+/g, /a+/g],
  ["addresses", new URL("http://a/b"), new URL("http://a/b")],
  ["bytes of different buffers", new Uint8Array([1, 2]), new Uint8Array([0, 1, 2]).subarray(1)],
  ["buffers", new Uint8Array([1]).buffer, new Uint8Array([1]).buffer],
  ["sets in another order", new Set([{ a: 1 }, { b: 1 }]), new Set([{ b: 1 }, { a: 1 }])],
  ["maps in another order", new Map([["a", [1]], ["b", [2]]]), new Map([["b", [2]], ["a", [1]]])],
  ["maps with object keys", new Map([[{ k: 1 }, 1]]), new Map([[{ k: 1 }, 1]])],
  ["instances", new Point(1, 2), new Point(1, 2)],
  ["errors", new TypeError("x"), new TypeError("x")],
  ["an object without prototype", Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
  ["symbol keys", { [Symbol.for("k")]: 1 }, { [Symbol.for("k")]: 1 }],
];

const DIFFERENT: [string, unknown, unknown][] = [
  ["a number and its text", 1, "1"],
  ["null and undefined", null, undefined],
  ["null and an object", null, {}],
  ["an undefined property and none", { a: undefined }, {}],
  ["different keys of the same count", { a: undefined }, { b: undefined }],
  ["an array and an object", [], {}],
  ["array lengths", [1], [1, undefined]],
  ["dates", new Date(5), new Date(6)],
  ["patterns", /a/, /a/i],
  ["kinds of bytes", new Uint8Array([1]), new Int8Array([1])],
  ["bytes", new Uint8Array([1]), new Uint8Array([2])],
  ["sets", new Set([1, 1, 2]), new Set([1, 3])],
  ["sets with one member twice on one side", new Set([{}, { a: 1 }]), new Set([{}, {}])],
  ["map values", new Map([["a", 1]]), new Map([["a", 2]])],
  ["classes", new Point(1, 2), { x: 1, y: 2 }],
  ["error messages", new Error("a"), new Error("b")],
  ["error classes", new TypeError("a"), new RangeError("a")],
  ["error causes", new Error("a", { cause: 1 }), new Error("a", { cause: 2 })],
  ["functions", () => 1, () => 1],
  ["symbol keys", { [Symbol.for("k")]: 1 }, { [Symbol.for("k")]: 2 }],
  ["promises", Promise.resolve(1), Promise.resolve(1)],
];

for (const [name, a, b] of EQUAL) {
  Deno.test(`equal: ${name} are equal`, () => {
    assert(equal(a, b));
    assert(equal(b, a));
  });
}

for (const [name, a, b] of DIFFERENT) {
  Deno.test(`equal: ${name} differ`, () => {
    assertFalse(equal(a, b));
    assertFalse(equal(b, a));
  });
}

Deno.test("equal: cycles are followed once", () => {
  const ring = (last: number) => {
    const node: Record<string, unknown> = { last };
    node.self = { node };
    return node;
  };
  assert(equal(ring(1), ring(1)));
  assertFalse(equal(ring(1), ring(2)));
});

Deno.test("equal: a thousand map entries are compared quickly", () => {
  const entries = Array.from({ length: 1000 }, (_, i): [string, { i: number }] => [`k${i}`, { i }]);
  assert(equal(new Map(entries), new Map(entries.toReversed())));
});
