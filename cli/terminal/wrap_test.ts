import { assertEquals } from "@std/assert";
import { displayWidth } from "./display_width.ts";
import { wrap } from "./wrap.ts";

Deno.test("text is broken between words, with the indent on every line", () => {
  assertEquals(wrap("one two three", 9, 2), "  one two\n  three");
});

Deno.test("line breaks stay, and empty lines carry no spaces", () => {
  assertEquals(wrap("one\n\ntwo", 20, 2), "  one\n\n  two");
});

Deno.test("no line is wider than its limit, for any characters", () => {
  const text = "日本語のとても長い文です and averyveryveryverylongword 👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧";
  for (const line of wrap(text, 12, 2).split("\n")) {
    assertEquals(displayWidth(line) <= 12, true, line);
  }
});

Deno.test("nothing is broken where the output is no terminal", () => {
  assertEquals(wrap("one two three", Infinity, 1), " one two three");
});
