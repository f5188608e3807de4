import { assertEquals } from "@std/assert";
import { newerPauseMs } from "./read_payload.ts";

Deno.test("what only a newer version of a service reads is put off for longer and longer, up to a minute", () => {
  const pauses: number[] = [];
  let [now, putOffSince] = [5000, undefined as number | undefined];
  while (pauses.length < 9) {
    const pause = newerPauseMs({ putOffSince, deliveries: 1, now });
    pauses.push(pause / 1000);
    putOffSince ??= now;
    now += pause;
  }
  assertEquals(pauses, [1, 1, 2, 4, 8, 16, 32, 60, 60]);
  const inPlace = [1, 2, 3, 7, 1000].map((deliveries) =>
    newerPauseMs({ putOffSince: undefined, deliveries, now }) / 1000
  );
  assertEquals(inPlace, [1, 2, 4, 60, 60]);
});
