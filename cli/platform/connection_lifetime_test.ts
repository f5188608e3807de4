import { assertEquals } from "@std/assert";
import { connectionLifetime } from "./connection_lifetime.ts";

Deno.test("a connection lasts ten minutes, and not beyond its session", () => {
  const now = 1_800_000_000;
  assertEquals(connectionLifetime(now), 600);
  assertEquals(connectionLifetime(now, (now + 3600) * 1000), 600);
  assertEquals(connectionLifetime(now, (now + 59) * 1000 + 1), 60);
  assertEquals(connectionLifetime(now, now * 1000), 1);
  assertEquals(connectionLifetime(now, (now + 60) * 1000, 2), 2);
});

Deno.test("what counts is when the server asked, also where its clock is an hour off", () => {
  const here = Math.floor(Date.now() / 1000);
  for (const asked of [here - 3600, here + 3600]) {
    assertEquals(connectionLifetime(asked), 600);
    assertEquals(connectionLifetime(asked, (asked + 60) * 1000), 60);
  }
});
