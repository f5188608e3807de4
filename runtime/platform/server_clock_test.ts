import { assertEquals } from "@std/assert";
import { ServerClock } from "./server_clock.ts";

Deno.test("the time is the server's as soon as it was heard, however far this machine is off", () => {
  let here = 3_600_000;
  const clock = new ServerClock(() => here);
  assertEquals(clock.now(), 3_600_000);
  clock.heard(7);
  assertEquals(clock.now(), 7000);
  here += 250;
  assertEquals(clock.now(), 7250);
  clock.heard(9000);
  assertEquals(clock.now(), 9_000_000);
});
