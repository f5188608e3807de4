import { assert, assertEquals, assertFalse, assertStrictEquals } from "@std/assert";
import { Type } from "@sinclair/typebox";
import { validatorOf } from "./validator.ts";

const Order = Type.Object({
  id: Type.String({ minLength: 1 }),
  at: Type.String({ format: "date-time" }),
  state: Type.Union([Type.Literal("open"), Type.Literal("closed")]),
  lines: Type.Array(Type.Object({ count: Type.Integer({ minimum: 1 }) })),
});
const order = { id: "a", at: "2026-01-01T00:00:00Z", state: "open", lines: [{ count: 1 }] };

Deno.test("a fitting value has no issues, and open objects take more", () => {
  const orders = validatorOf(Order);
  assert(orders.check(order));
  assertEquals(orders.issues(order), []);
  assert(orders.check({ ...order, added: 1 }));
});

Deno.test("issues name every place, with pointers", () => {
  const issues = validatorOf(Order).issues({ id: "", at: "yesterday", lines: [{ count: 0 }, {}] });
  const places = new Set(issues.map((issue) => issue.path));
  assertEquals([...places].sort(), ["/at", "/id", "/lines/0/count", "/lines/1/count", "/state"]);
  assert(issues.some((issue) => issue.path === "/state" && issue.message === "is required"));
});

Deno.test("formats are asserted", () => {
  const formats: readonly (readonly [string, string, string])[] = [
    ["date-time", "2026-01-01T00:00:00Z", "2026-13-01T00:00:00Z"],
    ["date", "2026-02-28", "2026-02-30"],
    ["uri", "https://example.com/", "not a uri"],
    ["uuid", "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "6ba7b810"],
    ["email", "a@example.com", "a"],
  ];
  for (const [format, good, bad] of formats) {
    assert(validatorOf({ type: "string", format }).check(good), format);
    assertFalse(validatorOf({ type: "string", format }).check(bad), format);
  }
});

Deno.test("one schema has one validator, and boolean schemas have theirs", () => {
  assertStrictEquals(validatorOf(Order), validatorOf(Order));
  assert(validatorOf(true).check(undefined));
  assertFalse(validatorOf(false).check(1));
  assertEquals(validatorOf(false).issues(1).length, 1);
});

Deno.test("checking changes nothing: no defaults, no coercion, nothing removed", () => {
  const schema = {
    type: "object",
    properties: { a: { type: "number", default: 1 } },
    additionalProperties: true,
  };
  const value = Object.freeze({ b: "2" });
  assert(validatorOf(schema).check(value));
  assertEquals(value, { b: "2" });
  assertFalse(validatorOf(schema).check({ a: "1" }));
});

Deno.test("the number of issues is bounded", () => {
  const issues = validatorOf({ items: { type: "string" } }).issues(
    Array.from({ length: 10_000 }, () => 1),
  );
  assertEquals(issues.length, 20);
});

Deno.test("the same $id in two schemas is no conflict", () => {
  assert(validatorOf({ $id: "Same", type: "string" }).check("a"));
  assert(validatorOf({ $id: "Same", type: "number" }).check(1));
  assertFalse(validatorOf({ $id: "Same", type: "number" }).check("a"));
});

Deno.test("only own members count, whatever objects inherit", () => {
  for (const name of ["toString", "constructor", "valueOf", "hasOwnProperty"]) {
    const required = validatorOf({ type: "object", required: [name] });
    assertFalse(required.check({}), `${name} is required`);
    assert(required.check({ [name]: 1 }));
    const optional = validatorOf({ type: "object", properties: { [name]: { type: "string" } } });
    assert(optional.check({}), `${name} is optional`);
    assertFalse(optional.check({ [name]: 1 }));
  }
});

Deno.test("an answer is never a promise", () => {
  const schema = { $async: true, type: "string" };
  let answer: unknown = false;
  try {
    answer = validatorOf(schema).check(1);
  } catch {
    // Refusing to compile it is as good.
  }
  if (answer instanceof Promise) answer.catch(() => {});
  assertEquals(answer, false);
});

Deno.test("hostile values end soon: ambiguous patterns, long texts, many mistakes", () => {
  const ambiguous = validatorOf({ type: "string", pattern: "^([a-z]+)*$" });
  assertFalse(ambiguous.check(`${"a".repeat(50_000)}!`));
  assert(ambiguous.check("a".repeat(50_000)));
  const names = { type: "object", patternProperties: { "^(a|a)*$": { type: "number" } } };
  assert(validatorOf(names).check({ [`${"a".repeat(5000)}!`]: "text" }));
  for (const separator of ["T", " ", "t"]) {
    const time = `2026-01-31${separator.repeat(500_000)}`;
    assertFalse(validatorOf({ type: "string", format: "date-time" }).check(time));
  }
  const texts = validatorOf({ type: "array", items: { type: "string" } });
  assertEquals(texts.issues(Array.from({ length: 300_000 }, () => 1)), [
    { path: "/0", message: "must be string" },
  ]);
});

Deno.test("a list contains as many of the wanted items as it must, and no more", () => {
  const text = { type: "string" };
  const counts = (schema: object) =>
    [[], [1], ["a"], ["a", 1, "b"], ["a", "b", "c"]]
      .map((list) => validatorOf({ type: "array", contains: text, ...schema }).check(list));
  assertEquals(counts({}), [false, false, true, true, true]);
  assertEquals(counts({ minContains: 2 }), [false, false, false, true, true]);
  assertEquals(counts({ maxContains: 2 }), [false, false, true, true, false]);
  assertEquals(counts({ minContains: 0, maxContains: 1 }), [true, true, true, false, false]);
  assertEquals(counts({ contains: true }), [false, true, true, true, true]);
  assertEquals(counts({ contains: false }), [false, false, false, false, false]);
  const many = Array.from({ length: 300_000 }, () => 1);
  assertFalse(validatorOf({ contains: text }).check(many));
  assertEquals(validatorOf({ contains: text }).issues([1]).map(({ path }) => path), [""]);
});
