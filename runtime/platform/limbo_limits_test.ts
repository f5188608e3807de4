import { assertEquals } from "@std/assert";
import { LimboLimits } from "./limbo_limits.ts";

Deno.test("no address takes the places of others in limbo, and each is free again when its time is over", () => {
  let now = 0;
  const limits = new LimboLimits({ each: 2, all: 3, stayMs: 10_000 }, () => now);
  const enter = (...hosts: readonly string[]) => hosts.map((host) => limits.enter(host));
  assertEquals(enter("a", "a", "a", "b", "b"), [true, true, false, true, false]);
  now = 9_999;
  assertEquals(enter("a", "b"), [false, false]);
  now = 10_000;
  assertEquals(enter("a", "b", "b"), [true, true, true]);
  assertEquals(enter("c"), [false]);
});
