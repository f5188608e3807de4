import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { compilePattern } from "./text_pattern.ts";
import { runsOf } from "../../tests/support/random/runs.ts";

const atom = fc.constantFrom(
  "a",
  "b",
  ".",
  "[ab]",
  "[^a]",
  "\\d",
  "\\w",
  "\\s",
  "(a|ab)",
  "(?:b|)",
  "\\p{L}",
  "[^\\p{Lu}a]",
);
const quantifier = fc.constantFrom("", "", "*", "+", "?", "{2}", "{1,3}", "*?");
const pattern = fc.tuple(
  fc.constantFrom("", "^"),
  fc.array(fc.tuple(atom, quantifier).map(([item, count]) => item + count), { maxLength: 4 }),
  fc.constantFrom("", "$"),
).map(([start, items, end]) => start + items.join("") + end);
const text = fc.string({
  unit: fc.constantFrom("a", "b", "1", " ", "\n", "\u2028", "é", "😀", "\ud800", "_"),
  maxLength: 8,
});

Deno.test("a compiled pattern matches what the pattern matches", () => {
  fc.assert(
    fc.property(pattern, fc.array(text, { maxLength: 5 }), (source, texts) => {
      const [compiled, native] = [compilePattern(source), new RegExp(source, "u")];
      for (const sample of texts) {
        assertEquals(
          compiled.test(sample),
          native.test(sample),
          `${source} ${JSON.stringify(sample)}`,
        );
      }
    }),
    { numRuns: runsOf(2000) },
  );
});

Deno.test("ambiguous patterns take linear time", () => {
  const patterns = ["^(a+)+$", "^(a|a)*$", "^a*a*a*a*b$", "a+b", "(a|ab)*c", "^(?:a?){30}a{30}$"];
  for (const source of patterns) {
    const compiled = compilePattern(source);
    for (const length of [30, 10_000]) assert(!compiled.test(`${"a".repeat(length)}!`), source);
  }
  assert(compilePattern("^(a+)+$").test("a".repeat(100_000)));
  assert(compilePattern("\\s+$").test(`${"x ".repeat(50_000)} `));
});

Deno.test("a pattern with more sets of states than are remembered still answers", () => {
  const source = "^(?:a|b)*a(?:a|b){14}$";
  const compiled = compilePattern(source);
  const long = Array.from({ length: 20_000 }, (_, i) => (i * i) % 7 < 3 ? "a" : "b").join("");
  assertEquals(compiled.test(long), new RegExp(source, "u").test(long));
});

Deno.test("what no automaton understands runs as it is, and what is no pattern is refused", () => {
  assert(compilePattern("^(?=a)(.)\\1$").test("aa"));
  assertThrows(() => compilePattern("("), SyntaxError);
});
