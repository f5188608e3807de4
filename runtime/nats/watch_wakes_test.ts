import { assertEquals } from "@std/assert";
import { watchWakes } from "./watch_wakes.ts";

/** A clock and its ticks, as a test moves them; how often somebody was woken. */
function watched() {
  let now = 1_000_000;
  let tick: () => void = () => {};
  const counts = { wakes: 0, stopped: 0 };
  const stop = watchWakes(() => counts.wakes++, {
    now: () => now,
    every: (_, look) => {
      tick = look;
      return () => counts.stopped++;
    },
  });
  return {
    counts,
    stop,
    pass(ms: number) {
      now += ms;
      tick();
    },
  };
}

Deno.test("a tick that comes much too late is a wake; one that is a little late is none", () => {
  const { counts, pass, stop } = watched();
  pass(2000);
  pass(6000);
  assertEquals(counts.wakes, 0);
  pass(3_600_000);
  assertEquals(counts.wakes, 1);
  pass(2000);
  assertEquals(counts.wakes, 1);
  stop();
});

Deno.test("a clock that is set back is no wake", () => {
  const { counts, pass, stop } = watched();
  pass(-86_400_000);
  pass(2000);
  assertEquals(counts.wakes, 0);
  stop();
});

Deno.test("being online again is a wake, until nobody watches any more", () => {
  const { counts, stop } = watched();
  globalThis.dispatchEvent(new Event("online"));
  assertEquals(counts, { wakes: 1, stopped: 0 });
  stop();
  globalThis.dispatchEvent(new Event("online"));
  assertEquals(counts, { wakes: 1, stopped: 1 });
});
