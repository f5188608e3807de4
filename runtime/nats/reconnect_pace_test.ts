import { assertEquals } from "@std/assert";
import { ReconnectPace } from "./reconnect_pace.ts";

function pauses(random: number, attempts: number): readonly number[] {
  const pace = new ReconnectPace(() => random);
  return Array.from({ length: attempts }, () => {
    pace.attempt();
    return pace.pauseMs;
  });
}

Deno.test("pauses between attempts double, up to five seconds, and are random by half", () => {
  assertEquals(pauses(1, 7), [250, 500, 1000, 2000, 4000, 5000, 5000]);
  assertEquals(pauses(0, 3), [125, 250, 500]);
  assertEquals(pauses(1, 10_000).at(-1), 5000);
});

Deno.test("a pause stays the same however often it is asked for, until the next attempt", () => {
  const pace = new ReconnectPace();
  pace.attempt();
  assertEquals(new Set(Array.from({ length: 100 }, () => pace.pauseMs)).size, 1);
});

Deno.test("after a success the pauses are short again", () => {
  const pace = new ReconnectPace(() => 1);
  for (let i = 0; i < 10; i++) pace.attempt();
  pace.succeeded();
  pace.attempt();
  assertEquals(pace.pauseMs, 250);
});
