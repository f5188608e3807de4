import { assert, assertEquals, assertRejects } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import { AsyncValue } from "./async_value.ts";
import { AsyncResult, isErr } from "./result.ts";

class Refused extends Error {}

const five = (): AsyncValue<number, Refused> => new AsyncValue(AsyncResult.ok(5));
const failed = (): AsyncValue<number, Refused> =>
  new AsyncValue<number, Refused>(AsyncResult.err(new Refused("no")));

Deno.test("awaiting gives the value itself, and throws the error of a failure", async () => {
  const value = await five();
  assertType<IsExact<typeof value, number>>(true);
  assertEquals(value, 5);
  assertEquals(await Promise.all([five(), five()]), [5, 5]);
  await assertRejects(async () => await failed(), Refused, "no");
  assertEquals(await failed().then(() => "value", () => "error"), "error");
});

Deno.test("a failure is a value where it is asked for as one", async () => {
  const taken = await failed().take();
  assert(isErr(taken) && taken.error instanceof Refused);
  assertEquals(await five().take(), 5);
  assertEquals(await five().orThrow(), 5);
  await assertRejects(() => failed().orThrow(), Refused);
  const result = await failed().result().mapErr(({ message }) => message);
  assertEquals(result.isErr() && result.error, "no");
});

Deno.test("a failure that nobody waits for is no unhandled rejection", async () => {
  failed();
  await new Promise((resolve) => setTimeout(resolve, 0));
});
