import { assert, assertEquals, assertFalse, assertRejects, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import { AsyncResult, Err, err, isErr, ok, type Result } from "./result.ts";

class Odd extends Error {
  override readonly name = "Odd" as const;
}

function half(n: number): Result<number, Odd> {
  return n % 2 === 0 ? ok(n / 2) : err(new Odd(`${n}`));
}

function halfSoon(n: number): AsyncResult<number, Odd> {
  return AsyncResult.from(() => Promise.resolve(half(n)));
}

Deno.test("map changes a success and keeps a failure", () => {
  assertEquals(half(4).map((n) => `${n}`).orThrow(), "2");
  const failed = half(3).map(() => {
    throw new Error("not called");
  });
  assert(failed.isErr() && failed.error instanceof Odd);
});

Deno.test("mapErr changes a failure and keeps a success", () => {
  const failed = half(3).mapErr((odd) => odd.message);
  assertEquals(failed.isErr() && failed.error, "3");
  const fine = half(4).mapErr(() => {
    throw new Error("not called");
  });
  assertEquals(fine.orThrow(), 2);
});

Deno.test("andThen continues a success only, and joins the error types", () => {
  assertEquals(half(8).andThen(half).orThrow(), 2);
  let called = false;
  const failed = half(3).andThen((n) => {
    called = true;
    return half(n);
  });
  assert(failed.isErr());
  assertFalse(called);
  const joined = half(2).andThen((n): Result<string, RangeError> => err(new RangeError(`${n}`)));
  assertType<IsExact<typeof joined, Result<string, Odd | RangeError>>>(true);
  assert(joined.isErr() && joined.error instanceof RangeError);
});

Deno.test("take gives the value, or the failure itself", () => {
  assertEquals(half(4).take(), 2);
  const failed = half(3).take();
  assert(isErr(failed));
  assert(failed.error instanceof Odd);
});

Deno.test("orThrow throws the very error", () => {
  const error = new Odd("x");
  assertEquals(assertThrows(() => err(error).orThrow()), error);
});

Deno.test("a value that looks like a failure is none", () => {
  assertFalse(isErr({ error: new Odd("x") }));
  assertFalse(isErr(null));
  assertFalse(isErr(undefined));
  assert(isErr(new Err(1)));
});

Deno.test("ok without an argument carries nothing", () => {
  const nothing = ok();
  assertType<IsExact<typeof nothing.value, void>>(true);
  assertEquals(nothing.value, undefined);
});

Deno.test("a failure with an undefined error is still a failure", () => {
  const failed: Result<number, undefined> = err(undefined);
  assert(failed.isErr());
  assert(isErr(failed.take()));
});

Deno.test("AsyncResult has the same methods, and is awaited to a Result", async () => {
  assertEquals((await halfSoon(4)).orThrow(), 2);
  assertEquals(await halfSoon(4).map((n) => n + 1).orThrow(), 3);
  assertEquals(await halfSoon(8).andThen(half).orThrow(), 2);
  assertEquals(await halfSoon(8).andThen(halfSoon).orThrow(), 2);
  const failed = await halfSoon(3).mapErr((odd) => odd.message).andThen(() => ok(1));
  assertEquals(failed.isErr() && failed.error, "3");
  assert(isErr(await halfSoon(3).take()));
  await assertRejects(() => halfSoon(3).orThrow(), Odd);
  assertEquals(await AsyncResult.ok(1).orThrow(), 1);
  assert((await AsyncResult.err("x")).isErr());
});

Deno.test("a bug in asynchronous work rejects, it does not become a failure", async () => {
  const buggy = AsyncResult.from<number, Odd>(() => Promise.reject(new TypeError("bug")));
  await assertRejects(async () => await buggy, TypeError, "bug");
  await assertRejects(() => buggy.map((n) => n).take(), TypeError, "bug");
});
