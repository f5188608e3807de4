import { assert, assertEquals } from "@std/assert";
import { Backoff } from "./backoff.ts";

Deno.test("pauses grow and end before the deadline", async () => {
  const start = performance.now();
  const backoff = new Backoff(start + 500);
  let pauses = 0;
  while (await backoff.pause()) pauses++;
  assert(performance.now() - start < 500);
  assert(pauses >= 2 && pauses <= 6, `${pauses} pauses`);
});

Deno.test("an aborted signal ends a pause, and the pauses", async () => {
  const backoff = new Backoff(performance.now() + 60_000);
  const controller = new AbortController();
  const pausing = backoff.pause(controller.signal);
  controller.abort();
  assertEquals(await pausing, false);
  assertEquals(await backoff.pause(controller.signal), false);
});
