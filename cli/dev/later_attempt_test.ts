import { assertEquals } from "@std/assert";
import { LaterAttempt } from "./later_attempt.ts";

Deno.test("what failed is done again until it succeeds, and not without need", async () => {
  const stop = new AbortController();
  const done = Promise.withResolvers<void>();
  let attempts = 0;
  const later: LaterAttempt = new LaterAttempt(() => {
    attempts++;
    later.note(attempts < 2);
    if (attempts === 2) done.resolve();
  }, stop.signal);
  later.note(false);
  assertEquals(attempts, 0);
  later.note(true);
  await done.promise;
  assertEquals(attempts, 2);
});

Deno.test("nothing is done again after the end", () => {
  const stop = new AbortController();
  const later = new LaterAttempt(() => {}, stop.signal);
  later.note(true);
  stop.abort();
  later.note(true);
});
