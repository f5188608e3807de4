import { assertEquals } from "@std/assert";
import { diffLines } from "./line_diff.ts";

function rendered(actual: string, expected: string): string {
  const marks = { both: " ", actual: "-", expected: "+" };
  return diffLines(actual.split(""), expected.split("")).map((l) => marks[l.side] + l.text).join(
    "",
  );
}

Deno.test("diffLines keeps what both sides share and marks the rest", () => {
  assertEquals(rendered("abc", "abc"), " a b c");
  assertEquals(rendered("abc", "axc"), " a-b+x c");
  assertEquals(rendered("abcd", "bd"), "-a b-c d");
  assertEquals(rendered("b", "abc"), "+a b+c");
  assertEquals(rendered("aa", "a"), " a-a");
});

Deno.test("diffLines gives up on common lines rather than on memory", () => {
  const actual = Array.from({ length: 3000 }, (_, i) => `a${i}`);
  const expected = Array.from({ length: 3000 }, (_, i) => `b${i}`);
  assertEquals(diffLines(actual, expected).length, 6000);
});
