import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { displayWidth, pad, truncate } from "./display_width.ts";

Deno.test("width counts columns, not code units", () => {
  const widths: readonly (readonly [string, number])[] = [
    ["", 0],
    ["abc", 3],
    ["日本", 4],
    ["한국", 4],
    ["a\u0301", 1],
    ["👩‍👩‍👧", 2],
    ["🇩🇪", 2],
    ["\u001b[31mred\u001b[39m", 3],
  ];
  for (const [text, width] of widths) assertEquals(displayWidth(text), width, text);
});

Deno.test("a cut text ends in an ellipsis and fits", () => {
  assertEquals(truncate("abcdef", 6), "abcdef");
  assertEquals(truncate("abcdef", 4), "abc…");
  assertEquals(truncate("日本語", 4), "日…");
  assertEquals(truncate("👩‍👩‍👧👩‍👩‍👧", 3), "👩‍👩‍👧…");
  assertEquals(truncate("abc", 1), "…");
  assertEquals(truncate("abc", 0), "");
  assertEquals(truncate("abc", Infinity), "abc");
});

Deno.test("a cut text is never wider than its limit, for any characters", () => {
  fc.assert(fc.property(
    fc.string({ unit: fc.constantFrom("a", "é", "⠋", "—", "日", "👍🏽", "🇩🇪", "e\u0301", "ﾊﾟ", " ") }),
    fc.nat(12),
    (text, width) => displayWidth(truncate(text, width)) <= width,
  ));
});

Deno.test("padding fills up to columns on either side", () => {
  assertEquals(pad("日", 4), "日  ");
  assertEquals(pad("7", 3, "right"), "  7");
  assertEquals(pad("long", 2), "long");
});
