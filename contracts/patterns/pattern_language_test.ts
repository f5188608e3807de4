import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { PatternLanguage } from "./pattern_language.ts";
import { OutOfStepsError, Steps } from "./steps.ts";
import { runsOf } from "../../tests/support/random/runs.ts";

const unlimited = () => new PatternLanguage(new Steps(Infinity));
const ALL = { minLength: 0, maxLength: Infinity };

const atom = fc.constantFrom(
  ...["a", "b", "c", ".", "\\d", "\\w", "\\s", "\\S", "[ab]", "[^a]", "[a-c1]", "\\.", "é", "😀"],
  ...["\\u0061", "\\u{1F600}", "\\x62", "[\\d-]", "\\-".slice(1), "(?:)", "[^]", "\\n"],
);
const pattern = fc.letrec<{ choice: string; sequence: string; item: string }>((tie) => ({
  choice: fc.array(tie("sequence"), { minLength: 1, maxLength: 3 }).map((all) => all.join("|")),
  sequence: fc.array(tie("item"), { maxLength: 4 }).map((all) => all.join("")),
  item: fc.tuple(
    fc.oneof({ maxDepth: 2 }, atom, tie("choice").map((inner) => `(?:${inner})`)),
    fc.constantFrom("", "", "", "*", "+", "?", "{2}", "{1,3}", "{0,}", "*?"),
  ).map(([one, count]) => one + count),
})).choice;
const anchored = fc.tuple(fc.constantFrom("", "^"), pattern, fc.constantFrom("", "$"))
  .map((parts) => parts.join(""));
const text = fc.string({
  unit: fc.constantFrom("a", "b", "c", "1", ".", "-", " ", "\n", "é", "😀"),
  maxLength: 6,
});

Deno.test("a pattern matches what the engine says that it matches", () => {
  fc.assert(
    fc.property(anchored, text, (source, value) => {
      const answer = unlimited().matches(source, value);
      if (answer !== undefined) assertEquals(answer, new RegExp(source, "u").test(value));
    }),
    { numRuns: runsOf(3000) },
  );
});

Deno.test("a text that is found matches, and where none is found none matches", () => {
  fc.assert(
    fc.property(anchored, anchored, text, (wanted, refused, value) => {
      // More steps take most of the time and decide hardly more pairs.
      const language = new PatternLanguage(new Steps(5000));
      const yes = new RegExp(wanted, "u");
      const no = new RegExp(refused, "u");
      try {
        const answer = language.find({ matching: [wanted], refusing: [refused], ...ALL });
        const isOne = (one: string) => yes.test(one) && !no.test(one);
        if (answer.found === "text") assert(isOne(answer.text));
        if (answer.found === "none") assert(!isOne(value));
      } catch (error) {
        if (!(error instanceof OutOfStepsError)) throw error;
      }
    }),
    { numRuns: runsOf(1100) },
  );
});

Deno.test("what is not understood is not decided", () => {
  for (
    const source of [
      ...[
        "(?=a)",
        "(?!a)",
        "(?<=a)b",
        "(a)\\1",
        "\\bword\\b",
        "\\p{RGI_Emoji}",
        "a^b",
        "(^a|b)c",
        "(?i:a)",
      ],
      ...["\\cA", "a{1000000}", "(?:(?:a{100}){100}){100}", "\\uD83D\\uDE00"],
    ]
  ) {
    assertEquals(unlimited().matches(source, "a"), undefined, source);
    const query = { matching: [], refusing: [source], ...ALL };
    assertEquals(unlimited().find(query).found, "unknown", source);
  }
});

Deno.test("the shortest text within the lengths is found", () => {
  const find = (matching: string[], refusing: string[], minLength: number, maxLength: number) =>
    unlimited().find({ matching, refusing, minLength, maxLength });
  assertEquals(find(["^a*$"], [], 3, 5), { found: "text", text: "aaa" });
  assertEquals(find(["^a{7}$"], [], 0, 5), { found: "none" });
  assertEquals(find(["^(?:ab)+$"], ["^ab$"], 0, 9), { found: "text", text: "abab" });
  assertEquals(find(["^[ab]+$", "^[bc]+$"], [], 2, 9), { found: "text", text: "bb" });
  assertEquals(find([], ["^[^]*$"], 0, Infinity), { found: "none" });
  assertEquals(find([], ["^.*$"], 0, Infinity), { found: "text", text: "\n" });
});
