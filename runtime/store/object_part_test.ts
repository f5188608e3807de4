import { assertEquals } from "@std/assert";
import { chunksOf } from "./object_part.ts";

const SIZE = 1050;
const ALL = { start: 0, end: SIZE };

function chunks(from: number, bytes: number, within = ALL) {
  const { first, chunks, range, isCut } = chunksOf({ from, bytes, within }, SIZE, 100);
  return [first, chunks, range.start, range.end, isCut];
}

Deno.test("whole chunks are sent, from the one with the first byte on", () => {
  assertEquals(chunks(0, 1), [0, 1, 0, 100, false]);
  assertEquals(chunks(0, 100), [0, 1, 0, 100, false]);
  assertEquals(chunks(0, 101), [0, 2, 0, 200, false]);
  assertEquals(chunks(199, 2), [1, 2, 100, 300, false]);
  assertEquals(chunks(950, 5000), [9, 2, 900, SIZE, false]);
});

Deno.test("of chunks that reach over what may be sent, the bytes within are, one chunk at a time", () => {
  const within = { start: 150, end: 420 };
  assertEquals(chunks(150, 1000, within), [1, 1, 150, 200, true]);
  assertEquals(chunks(199, 1000, within), [1, 1, 150, 200, true]);
  assertEquals(chunks(200, 1000, within), [2, 2, 200, 400, false]);
  assertEquals(chunks(400, 1000, within), [4, 1, 400, 420, true]);
  assertEquals(chunks(310, 1, { start: 305, end: 315 }), [3, 1, 305, 315, true]);
  assertEquals(chunks(1010, 1, { start: 1000, end: SIZE }), [10, 1, 1000, SIZE, false]);
});
