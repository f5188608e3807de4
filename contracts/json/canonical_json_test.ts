import { assert, assertEquals, assertThrows } from "@std/assert";
import { canonicalJson, MAX_JSON_DEPTH, NotCanonicalError } from "./canonical_json.ts";

Deno.test("keys are sorted by UTF-16 code units, at every depth", () => {
  assertEquals(
    canonicalJson({ b: 1, a: { d: 1, c: [{ f: 1, e: 2 }] } }),
    '{"a":{"c":[{"e":2,"f":1}],"d":1},"b":1}',
  );
  // U+FB33 is below the surrogates of U+1F600 by code point, and above them by code unit.
  const mixed = {
    "\ufb33": 1,
    "\u{1f600}": 2,
    "\u20ac": 3,
    "\r": 4,
    "1": 5,
    "\u0080": 6,
    "10": 7,
    "2": 8,
  };
  assertEquals(
    Object.keys(JSON.parse(canonicalJson(mixed))).filter((key) => !/^\d+$/.test(key)),
    ["\r", "\u0080", "\u20ac", "\u{1f600}", "\ufb33"],
  );
  assertEquals(canonicalJson({ "10": 1, "2": 2, "1": 3 }), '{"1":3,"10":1,"2":2}');
});

Deno.test("numbers have the ECMAScript form", () => {
  const numbers: readonly (readonly [number, string])[] = [
    [0, "0"],
    [-0, "0"],
    [1e21, "1e+21"],
    [1e20, "100000000000000000000"],
    [5e-324, "5e-324"],
    [1.7976931348623157e308, "1.7976931348623157e+308"],
    [0.000001, "0.000001"],
    [1e-7, "1e-7"],
    [333333333.33333329, "333333333.3333333"],
    [9007199254740993, "9007199254740992"],
  ];
  for (const [number, text] of numbers) assertEquals(canonicalJson(number), text);
});

Deno.test("strings are escaped only where JSON must", () => {
  assertEquals(
    canonicalJson("\u20ac$\u000f\nA'B\"\\/\u2028"),
    '"\u20ac$\\u000f\\nA\'B\\"\\\\/\u2028"',
  );
});

Deno.test("special keys are data", () => {
  const text = '{"__proto__":{"a":1},"constructor":2,"toString":3}';
  assertEquals(canonicalJson(JSON.parse(text)), text);
});

Deno.test("a value that JSON cannot carry is refused with its place", () => {
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  const cases: readonly (readonly [unknown, string])[] = [
    [undefined, ""],
    [{ a: { b: undefined } }, "/a/b"],
    [{ a: [1, NaN] }, "/a/1"],
    [[-Infinity], "/0"],
    [{ f: () => 1 }, "/f"],
    [{ s: Symbol("s") }, "/s"],
    [{ n: 1n }, "/n"],
    [{ "a/b~": "\ud800" }, "/a~1b~0"],
    [{ "\udc00": 1 }, ""],
    [{ at: new Date(0) }, "/at"],
    [{ m: new Map() }, "/m"],
    [new (class Point {})(), ""],
    [new Array(1), "/0"],
  ];
  for (const [value, path] of cases) {
    const error = assertThrows(() => canonicalJson(value), NotCanonicalError);
    assertEquals(error.path, path);
  }
  assertThrows(() => canonicalJson(cycle), NotCanonicalError, "cycle");
});

Deno.test("depth is bounded exactly, and hostile depth cannot exhaust the stack", () => {
  const nested = (depth: number) => JSON.parse("[".repeat(depth) + "]".repeat(depth));
  assert(canonicalJson(nested(MAX_JSON_DEPTH)).length === 2 * MAX_JSON_DEPTH);
  assertThrows(() => canonicalJson(nested(MAX_JSON_DEPTH + 2)), NotCanonicalError);
  assertThrows(() => canonicalJson(nested(100_000)), NotCanonicalError);
});

Deno.test("objects without a prototype, and those of another realm, are plain", () => {
  assertEquals(canonicalJson(Object.assign(Object.create(null), { a: 1 })), '{"a":1}');
});
