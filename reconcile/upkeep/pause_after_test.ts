import { assertEquals } from "@std/assert";
import { pauseAfter } from "./pause_after.ts";

const PACE = { intervalMs: 30_000, share: 10, longestMs: 1_800_000 };

Deno.test("what takes little is done at the interval", () => {
  assertEquals(pauseAfter(200, PACE), 30_000);
});

Deno.test("what takes long is done less often, so that most of the time is left for other work", () => {
  assertEquals(pauseAfter(60_000, PACE), 600_000);
});

Deno.test("what takes very long is done all the same, and never more often than at the interval", () => {
  assertEquals(pauseAfter(600_000, PACE), 1_800_000);
  assertEquals(pauseAfter(600_000, { ...PACE, longestMs: 1000 }), 30_000);
});
