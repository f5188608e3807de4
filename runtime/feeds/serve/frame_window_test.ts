import { assertEquals } from "@std/assert";
import { WINDOW_BYTES, WINDOW_FRAMES } from "../feed_messages.ts";
import { FrameWindow } from "./frame_window.ts";

Deno.test("a window closes after its frames or its bytes, and opens with those that were taken", () => {
  const frames = new FrameWindow();
  for (let n = 0; n < WINDOW_FRAMES; n++) {
    assertEquals(frames.isOpen, true);
    frames.add(1);
  }
  assertEquals([frames.isOpen, frames.sent], [false, WINDOW_FRAMES]);
  frames.take(1);
  assertEquals(frames.isOpen, true);
  const bytes = new FrameWindow();
  bytes.add(WINDOW_BYTES);
  assertEquals(bytes.isOpen, false);
  bytes.take(1);
  assertEquals(bytes.isOpen, true);
});

Deno.test("what is told twice, late or of the future changes nothing", () => {
  const frames = new FrameWindow(2);
  frames.add(1);
  frames.add(1);
  frames.take(1);
  frames.take(1);
  frames.take(0);
  frames.add(1);
  assertEquals(frames.isOpen, false);
  // More than was sent.
  frames.take(99);
  frames.add(1);
  assertEquals(frames.isOpen, true);
  frames.add(1);
  assertEquals([frames.isOpen, frames.sent], [false, 5]);
});
