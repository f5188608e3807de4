import { assertEquals, assertThrows } from "@std/assert";
import { textOf } from "./given_text.ts";

Deno.test("what a person gives is read as it was written, or not at all", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  assertEquals(textOf(bytes("Müller")), "Müller");
  // A replacement character that was written is one.
  assertEquals(textOf(bytes("M\uFFFDller")), "M\uFFFDller");
  // Editors of some systems put a byte order mark first.
  assertEquals(textOf(bytes("\uFEFF{}")), "{}");
  for (const wrong of [[0x4d, 0xfc, 0x6c], [0xc3], [0xed, 0xa0, 0x80], [0xff, 0xfe, 0x7b, 0]]) {
    assertThrows(() => textOf(new Uint8Array(wrong)), Error, "not UTF-8");
  }
});
