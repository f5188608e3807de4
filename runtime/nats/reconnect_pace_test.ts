import { assertEquals } from "@std/assert";
import { ReconnectPace } from "./reconnect_pace.ts";

function pauses(random: number, attempts: number): readonly number[] {
  const pace = new ReconnectPace(undefined, () => random);
  return Array.from({ length: attempts }, () => {
    pace.attempt();
    return pace.pauseMs;
  });
}

Deno.test("pauses between attempts grow, up to five seconds, and are random by half", () => {
  assertEquals(pauses(1, 4), [250, 375, 562.5, 843.75]);
  assertEquals(pauses(0, 3), [125, 187.5, 281.25]);
  assertEquals(pauses(1, 10_000).at(-1), 5000);
});

Deno.test("a pause stays the same however often it is asked for, until the next attempt", () => {
  const pace = new ReconnectPace();
  pace.attempt();
  assertEquals(new Set(Array.from({ length: 100 }, () => pace.pauseMs)).size, 1);
});

Deno.test("after a success the pauses are short again", () => {
  const pace = new ReconnectPace(500, () => 1);
  for (let i = 0; i < 10; i++) pace.attempt();
  assertEquals(pace.pauseMs, 500);
  pace.succeeded();
  pace.attempt();
  assertEquals(pace.pauseMs, 250);
});
