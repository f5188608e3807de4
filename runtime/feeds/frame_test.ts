import { assertEquals } from "@std/assert";
import { endFrame, joinFrames, readFrames, resetFrame, valueFrame } from "./frame.ts";

const join = (...texts: string[]) => {
  const encoder = new TextEncoder();
  return new TextDecoder().decode(joinFrames(texts.map((text) => encoder.encode(text))));
};

Deno.test("frames that are ready at once come out of one message as they went in, and one alone is itself", () => {
  const value = valueFrame(1, '{"text":"Grüße"}', "c");
  assertEquals(join(value), value);
  assertEquals(readFrames(join(value, resetFrame(2, "gone"), endFrame(3, { reason: "done" }))), [
    { seq: 1, value: { text: "Grüße" }, cursor: "c" },
    { seq: 2, reset: true, why: "gone" },
    { seq: 3, end: { reason: "done" } },
  ]);
});

Deno.test("a message with anything that is no frame is none", () => {
  for (const wrong of ["", "[1]", '[{"seq":1,"value":1},{}]', '[{"seq":1,"value":1}']) {
    assertEquals(readFrames(wrong), undefined, wrong);
  }
});
