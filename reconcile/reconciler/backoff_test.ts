import { assert, assertEquals } from "@std/assert";
import { backoffMs } from "./backoff.ts";

const BACKOFF = { firstMs: 100, maxMs: 1000 };

Deno.test("waits double up to the longest", () => {
  const waits = [1, 2, 3, 4, 5, 50, 5000].map((failures) => backoffMs(failures, 1, BACKOFF));
  assertEquals(waits, [100, 200, 400, 800, 1000, 1000, 1000]);
});

Deno.test("chance spreads a wait over its upper half", () => {
  assertEquals(backoffMs(2, 0, BACKOFF), 100);
  assertEquals(backoffMs(2, 0.5, BACKOFF), 150);
  for (const random of [0, 0.2, 0.9]) assert(backoffMs(1, random, BACKOFF) >= 50);
});
