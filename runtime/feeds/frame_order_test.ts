import { assertEquals } from "@std/assert";
import { FrameOrder } from "./frame_order.ts";

function taken(order: FrameOrder<{ seq: number }>, seqs: readonly number[], now: number) {
  return seqs.map((seq) => order.take({ seq }, now).map((frame) => frame.seq));
}

Deno.test("frames come out once and in order, however they come", () => {
  const order = new FrameOrder<{ seq: number }>();
  assertEquals(taken(order, [1, 1, 3, 4, 3, 2, 4, 5], 0), [[1], [], [], [], [], [2, 3, 4], [], [
    5,
  ]]);
  assertEquals([order.last, order.isBroken(10_000)], [5, false]);
});

Deno.test("a frame that is late for a second is lost, and nothing else is", () => {
  const order = new FrameOrder<{ seq: number }>();
  taken(order, [1, 3], 100);
  assertEquals([order.isBroken(1100), order.isBroken(1101)], [false, true]);
  // What comes meanwhile does not put it off.
  taken(order, [4], 1000);
  assertEquals(order.isBroken(1101), true);
  // It has come after all, and another one is late.
  taken(order, [2, 6], 1050);
  assertEquals([order.isBroken(2050), order.isBroken(2051)], [false, true]);
});

Deno.test("a frame that was sent and has not come is lost although none follows it", () => {
  const order = new FrameOrder<{ seq: number }>();
  taken(order, [1, 2], 0);
  order.claim(2, 0);
  assertEquals(order.isBroken(5000), false);
  order.claim(3, 0);
  assertEquals(order.isBroken(1001), true);
  taken(order, [3], 1001);
  assertEquals(order.isBroken(9000), false);
});
