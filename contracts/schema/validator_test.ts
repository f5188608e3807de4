import { assert, assertEquals, assertFalse, assertStrictEquals } from "@std/assert";
import { Type } from "@sinclair/typebox";
import { CompiledValidator } from "./compiled_validator.ts";
import { InterpretedValidator } from "./interpreted_validator.ts";
import { compileValidatorsBy, loadCompiler, type Validator, validatorOf } from "./validator.ts";

const WAYS = { compiled: CompiledValidator, interpreted: InterpretedValidator };

/** Whether code is compiled or not, validators do the same. */
function testBoth(name: string, test: (make: (schema: object | boolean) => Validator) => void) {
  for (const [way, Way] of Object.entries(WAYS)) {
    Deno.test(`${name}, ${way}`, () => test((schema) => new Way(schema)));
  }
}

const Order = Type.Object({
  id: Type.String({ minLength: 1 }),
  at: Type.String({ format: "date-time" }),
  state: Type.Union([Type.Literal("open"), Type.Literal("closed")]),
  lines: Type.Array(Type.Object({ count: Type.Integer({ minimum: 1 }) })),
});
const order = { id: "a", at: "2026-01-01T00:00:00Z", state: "open", lines: [{ count: 1 }] };

testBoth("a fitting value has no issues, and open objects take more", (make) => {
  const orders = make(Order);
  assert(orders.check(order));
  assertEquals(orders.issues(order), []);
  assert(orders.check({ ...order, added: 1 }));
});

testBoth("issues name every place, with pointers", (make) => {
  const issues = make(Order).issues({ id: "", at: "yesterday", lines: [{ count: 0 }, {}] });
  const places = new Set(issues.map((issue) => issue.path));
  assertEquals([...places].sort(), ["/at", "/id", "/lines/0/count", "/lines/1/count", "/state"]);
  assert(issues.some((issue) => issue.path === "/state" && issue.message === "is required"));
});

testBoth("formats are asserted", (make) => {
  const formats: readonly (readonly [string, string, string])[] = [
    ["date-time", "2026-01-01T00:00:00Z", "2026-13-01T00:00:00Z"],
    ["date", "2026-02-28", "2026-02-30"],
    ["uri", "https://example.com/", "not a uri"],
    ["uuid", "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "6ba7b810"],
    ["email", "a@example.com", "a"],
  ];
  for (const [format, good, bad] of formats) {
    assert(make({ type: "string", format }).check(good), format);
    assertFalse(make({ type: "string", format }).check(bad), format);
  }
});

Deno.test("one schema has one validator, and boolean schemas have theirs", () => {
  assertStrictEquals(validatorOf(Order), validatorOf(Order));
  assert(validatorOf(true).check(undefined));
  assertFalse(validatorOf(false).check(1));
  assertEquals(validatorOf(false).issues(1).length, 1);
});

Deno.test("a schema is compiled once what compiles is loaded, and answers as before", async () => {
  const asked: unknown[] = [];
  compileValidatorsBy(() => {
    const make = (schema: object | boolean) => {
      asked.push(schema);
      return new CompiledValidator(schema);
    };
    return Promise.resolve(make);
  });
  const orders = validatorOf({ ...Order });
  // Loaded by itself for a schema that is checked often, and not before.
  for (let i = 1; i < 100; i++) assert(orders.check(order));
  await Promise.resolve();
  assertFalse(orders.check({ ...order, id: "" }));
  assertEquals(asked, []);
  await loadCompiler();
  assertFalse(orders.check({ ...order, id: "" }));
  assert(orders.check(order));
  assertEquals(asked.length, 1);
});

testBoth("checking changes nothing: no defaults, no coercion, nothing removed", (make) => {
  const schema = {
    type: "object",
    properties: { a: { type: "number", default: 1 } },
    additionalProperties: true,
  };
  const value = Object.freeze({ b: "2" });
  assert(make(schema).check(value));
  assertEquals(value, { b: "2" });
  assertFalse(make(schema).check({ a: "1" }));
});

testBoth("the number of issues is bounded", (make) => {
  const issues = make({ items: { type: "string" } }).issues(
    Array.from({ length: 10_000 }, () => 1),
  );
  assertEquals(issues.length, 20);
});

testBoth("the same $id in two schemas is no conflict", (make) => {
  assert(make({ $id: "Same", type: "string" }).check("a"));
  assert(make({ $id: "Same", type: "number" }).check(1));
  assertFalse(make({ $id: "Same", type: "number" }).check("a"));
});

testBoth("only own members count, whatever objects inherit", (make) => {
  for (const name of ["toString", "constructor", "valueOf", "hasOwnProperty"]) {
    const required = make({ type: "object", required: [name] });
    assertFalse(required.check({}), `${name} is required`);
    assert(required.check({ [name]: 1 }));
    const optional = make({ type: "object", properties: { [name]: { type: "string" } } });
    assert(optional.check({}), `${name} is optional`);
    assertFalse(optional.check({ [name]: 1 }));
  }
});

testBoth("an answer is never a promise", (make) => {
  const schema = { $async: true, type: "string" };
  let answer: unknown = false;
  try {
    answer = make(schema).check(1);
  } catch {
    // Refusing to compile it is as good.
  }
  if (answer instanceof Promise) answer.catch(() => {});
  assertEquals(answer, false);
});

testBoth("hostile values end soon: ambiguous patterns, long texts, many mistakes", (make) => {
  const ambiguous = make({ type: "string", pattern: "^([a-z]+)*$" });
  assertFalse(ambiguous.check(`${"a".repeat(50_000)}!`));
  assert(ambiguous.check("a".repeat(50_000)));
  const names = { type: "object", patternProperties: { "^(a|a)*$": { type: "number" } } };
  assert(make(names).check({ [`${"a".repeat(5000)}!`]: "text" }));
  for (const separator of ["T", " ", "t"]) {
    const time = `2026-01-31${separator.repeat(500_000)}`;
    assertFalse(make({ type: "string", format: "date-time" }).check(time));
  }
  const texts = make({ type: "array", items: { type: "string" } });
  assertEquals(texts.issues(Array.from({ length: 300_000 }, () => 1)), [
    { path: "/0", message: "must be string" },
  ]);
});

testBoth("a list contains as many of the wanted items as it must, and no more", (make) => {
  const text = { type: "string" };
  const counts = (schema: object) =>
    [[], [1], ["a"], ["a", 1, "b"], ["a", "b", "c"]]
      .map((list) => make({ type: "array", contains: text, ...schema }).check(list));
  assertEquals(counts({}), [false, false, true, true, true]);
  assertEquals(counts({ minContains: 2 }), [false, false, false, true, true]);
  assertEquals(counts({ maxContains: 2 }), [false, false, true, true, false]);
  assertEquals(counts({ minContains: 0, maxContains: 1 }), [true, true, true, false, false]);
  assertEquals(counts({ contains: true }), [false, true, true, true, true]);
  assertEquals(counts({ contains: false }), [false, false, false, false, false]);
  const many = Array.from({ length: 300_000 }, () => 1);
  assertFalse(make({ contains: text }).check(many));
  assertEquals(make({ contains: text }).issues([1]).map(({ path }) => path), [""]);
});
