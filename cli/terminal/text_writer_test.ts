import { assertEquals } from "@std/assert";
import { textWriter } from "./text_writer.ts";

Deno.test("everything is written, also when the stream takes a few bytes at a time", () => {
  const taken: number[] = [];
  const writer = textWriter({
    writeSync(bytes) {
      const part = bytes.subarray(0, 3);
      taken.push(...part);
      return part.length;
    },
  });
  writer.write("größer 日本");
  writer.write("");
  assertEquals(new TextDecoder().decode(new Uint8Array(taken)), "größer 日本");
});

Deno.test("a reader that went away ends the writing, once and without an error", () => {
  let calls = 0;
  let closed = 0;
  const writer = textWriter({
    writeSync() {
      calls++;
      throw new Deno.errors.BrokenPipe();
    },
  }, () => closed++);
  writer.write("a");
  writer.write("b");
  assertEquals([calls, closed], [1, 1]);
});
