import { assertEquals } from "@std/assert";
import { PauseGuard } from "./pause_guard.ts";

Deno.test("behind a long pause everything is late, until what was on its way has arrived", async () => {
  let now = 1_000_000;
  let flushed = Promise.withResolvers<void>();
  const guard = new PauseGuard({ flush: () => flushed.promise, now: () => now });
  const isLateAfter = (ms: number) => {
    now += ms;
    return guard.isLate;
  };
  assertEquals([isLateAfter(0), isLateAfter(20_000), isLateAfter(-5000)], [false, false, false]);
  assertEquals([isLateAfter(120_000), isLateAfter(1), isLateAfter(1)], [true, true, true]);
  flushed.resolve();
  await flushed.promise;
  await Promise.resolve();
  assertEquals(isLateAfter(1), false);
  flushed = Promise.withResolvers();
  assertEquals(isLateAfter(60_000), true);
  flushed.reject(new Error("the connection is gone"));
  await flushed.promise.catch(() => {});
  await Promise.resolve();
  assertEquals(isLateAfter(1), false);
  guard.stop();
});
