import * as assertions from "./mod.ts";

const { assertEquals, AssertionError } = assertions;

/** Each assertion, once where it holds and once where it does not, with a part of what it then says. */
const CASES: [name: string, holds: () => void, fails: () => void, says: string][] = [
  ["assert", () => assertions.assert(1), () => assertions.assert(0, "why"), "why"],
  [
    "assertFalse",
    () => assertions.assertFalse(""),
    () => assertions.assertFalse(1, "why"),
    "why",
  ],
  [
    "assertEquals",
    () => assertEquals({ a: [1] }, { a: [1] }),
    () => assertEquals({ a: [1] }, { a: [2] }, "why"),
    "Values are not equal: why",
  ],
  [
    "assertNotEquals",
    () => assertions.assertNotEquals([1], [2]),
    () => assertions.assertNotEquals([1], [1]),
    "not to be: [ 1 ]",
  ],
  [
    "assertStrictEquals",
    () => assertions.assertStrictEquals("a", "a"),
    () => assertions.assertStrictEquals({ a: 1 }, { a: 1 }),
    "not reference-equal",
  ],
  [
    "assertStrictEquals of different values",
    () => assertions.assertStrictEquals(NaN, NaN),
    () => assertions.assertStrictEquals(1, 2),
    "+   2",
  ],
  [
    "assertNotStrictEquals",
    () => assertions.assertNotStrictEquals({}, {}),
    () => assertions.assertNotStrictEquals(1, 1),
    "to not be strictly equal to: 1",
  ],
  [
    "assertExists",
    () => assertions.assertExists(0),
    () => assertions.assertExists(null),
    `"null" to not be null or undefined`,
  ],
  [
    "assertInstanceOf",
    () => assertions.assertInstanceOf(new TypeError(), Error),
    () => assertions.assertInstanceOf(new Date(0), Error),
    `instance of "Error" but was "Date"`,
  ],
  [
    "assertMatch",
    () => assertions.assertMatch("abc", /b/),
    () => assertions.assertMatch("abc", /x/),
    `"abc" to match: /x/`,
  ],
  [
    "assertNotMatch",
    () => assertions.assertNotMatch("abc", /x/),
    () => assertions.assertNotMatch("abc", /b/),
    `to not match: /b/`,
  ],
  [
    "assertStringIncludes",
    () => assertions.assertStringIncludes("abc", "bc"),
    () => assertions.assertStringIncludes("abc", "x"),
    `"abc" to contain: "x"`,
  ],
  [
    "assertArrayIncludes",
    () => assertions.assertArrayIncludes([{ a: 1 }, { b: 2 }], [{ b: 2 }]),
    () => assertions.assertArrayIncludes([1, 2], [2, 3]),
    "missing: [ 3 ]",
  ],
  [
    "assertObjectMatch",
    () => assertions.assertObjectMatch({ a: { b: 1, c: 2 }, d: [1, 2] }, { a: { b: 1 }, d: [1] }),
    () => assertions.assertObjectMatch({ a: { b: 1, c: 2 } }, { a: { b: 2 } }),
    "+       b: 2",
  ],
  [
    "assertGreater",
    () => assertions.assertGreater(2, 1),
    () => assertions.assertGreater(1, 1),
    "Expect 1 > 1",
  ],
  [
    "assertGreaterOrEqual",
    () => assertions.assertGreaterOrEqual(1, 1),
    () => assertions.assertGreaterOrEqual(0, 1),
    "Expect 0 >= 1",
  ],
  ["assertLess", () => assertions.assertLess("a", "b"), () => assertions.assertLess(1, 1), "1 < 1"],
  [
    "assertLessOrEqual",
    () => assertions.assertLessOrEqual(1n, 1n),
    () => assertions.assertLessOrEqual(2, 1),
    "Expect 2 <= 1",
  ],
  [
    "assertAlmostEquals",
    () => assertions.assertAlmostEquals(0.1 + 0.2, 0.3),
    () => assertions.assertAlmostEquals(1, 1.2, 0.1),
    `close to "1.2"`,
  ],
  [
    "assertIsError",
    () => assertions.assertIsError(new TypeError("a b"), TypeError, /^a/),
    () => assertions.assertIsError(new TypeError("a b"), TypeError, "c"),
    `to include "c", but got "a b"`,
  ],
  [
    "assertIsError of another class",
    () => assertions.assertIsError(new TypeError("a")),
    () => assertions.assertIsError(new TypeError("a"), RangeError),
    `instance of "RangeError", but was "TypeError"`,
  ],
  [
    "assertThrows",
    () => assertions.assertThrows(() => throwing("a b"), TypeError, "a"),
    () => assertions.assertThrows(() => 1, "why"),
    "Expected function to throw: why",
  ],
];

for (const [name, holds, fails, says] of CASES) {
  Deno.test(`${name} holds, or says why not`, () => {
    holds();
    let thrown: unknown;
    try {
      fails();
    } catch (err) {
      thrown = err;
    }
    assertions.assertInstanceOf(thrown, AssertionError);
    assertions.assertStringIncludes(thrown.message, says);
  });
}

Deno.test("fail and unreachable always throw", () => {
  assertions.assertThrows(() => assertions.fail("why"), AssertionError, "why");
  assertions.assertThrows(() => assertions.unreachable("why"), AssertionError, "Unreachable: why");
});

Deno.test("assertThrows returns what was thrown, and passes a wrong class on as a failure", () => {
  assertEquals(assertions.assertThrows(() => throwing("a"), TypeError).message, "a");
  assertions.assertThrows(
    () => assertions.assertThrows(() => throwing("a"), RangeError),
    AssertionError,
    `"RangeError"`,
  );
});

Deno.test("assertRejects resolves to the reason", async () => {
  const reason = await assertions.assertRejects(
    () => Promise.reject(new TypeError("a")),
    TypeError,
  );
  assertEquals(reason.message, "a");
  assertEquals(await assertions.assertRejects(() => Promise.reject(7)), 7);
});

Deno.test("assertRejects tells resolving, throwing and a wrong class apart", async () => {
  const says = async (fn: () => PromiseLike<unknown>): Promise<string> =>
    (await assertions.assertRejects(
      () => assertions.assertRejects(fn, TypeError, "a"),
      AssertionError,
    ))
      .message;
  assertEquals(await says(() => Promise.resolve(1)), "Expected function to reject.");
  assertions.assertStringIncludes(
    await says(() => throwing("a")),
    "throws when expected to reject",
  );
  assertions.assertStringIncludes(await says(() => Promise.reject(1)), "to be an Error object");
});

Deno.test("assertEquals shows the changed lines, with a few around them", () => {
  const list = Array.from({ length: 40 }, (_, i) => `line ${i}`);
  const message = messageOf(() => assertEquals(list, list.with(20, "other")));
  assertions.assertStringIncludes(message, `-     "line 20",\n+     "other",\n`);
  assertions.assertStringIncludes(message, "equal lines");
  assertions.assertNotMatch(message, /line 10"/);
});

Deno.test("assertEquals compares texts of several lines line by line", () => {
  const message = messageOf(() => assertEquals("a\nb\nc", "a\nx\nc"));
  assertions.assertStringIncludes(message, "    a\n-   b\n+   x\n    c");
});

Deno.test("assertions narrow types", () => {
  const value = JSON.parse("[1]") as number[] | null;
  assertions.assertExists(value);
  assertEquals(value.length, 1);
  const unknown: unknown = new TypeError("a");
  assertions.assertInstanceOf(unknown, TypeError);
  assertEquals(unknown.message, "a");
});

function throwing(message: string): never {
  throw new TypeError(message);
}

function messageOf(fn: () => void): string {
  return assertions.assertThrows(fn, AssertionError).message;
}
