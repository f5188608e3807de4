import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseExactJson } from "./exact_json.ts";
import { runsOf } from "../../tests/support/random/runs.ts";

/** `code line:column` of what is refused. */
function refusal(text: string): string | undefined {
  const read = parseExactJson(text);
  return read.isErr() ? `${read.error.code} ${read.error.line}:${read.error.column}` : undefined;
}

Deno.test("what JSON.parse reads without a change is read the same", () => {
  fc.assert(fc.property(fc.jsonValue(), fc.nat(3), (value, indent) => {
    const text = JSON.stringify(value, null, indent);
    assertEquals(parseExactJson(text).orThrow(), JSON.parse(text));
  }));
});

Deno.test("whatever JavaScript writes of a number is read back", () => {
  const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.maxSafeInteger());
  const large = fc.bigInt({ min: 2n ** 53n, max: 2n ** 80n }).map(Number);
  fc.assert(fc.property(fc.oneof(number, large), (value) => {
    const text = JSON.stringify([value, -value]);
    assertEquals(JSON.stringify(parseExactJson(text).orThrow()), text);
  }));
});

Deno.test("an integer that would get other digits is refused, with its place", () => {
  assertEquals(refusal('{"id":9007199254740993}'), "json.number 1:7");
  assertEquals(refusal('{\n  "a": [1, -12345678901234567890]\n}'), "json.number 2:12");
  assertEquals(refusal("100000000000000000000000000000001"), "json.number 1:1");
  for (
    const kept of ["9007199254740991", "-9007199254740992", "100000000000000000000", "0", "-0"]
  ) {
    assertEquals(refusal(kept), undefined, kept);
  }
  fc.assert(fc.property(fc.bigInt({ min: 0n, max: 2n ** 70n }), (integer) => {
    const text = String(integer);
    const read = parseExactJson(text);
    if (read.isOk()) assertEquals(BigInt(Number(text).toString()), integer);
    else assert(String(Number(text)) !== text);
  }));
});

Deno.test("a number beyond all doubles is refused, and one between two of them is rounded", () => {
  for (const huge of ["1e400", "-1e400", "[1.5E+309]", `1${"0".repeat(400)}`]) {
    assertEquals(refusal(huge)?.split(" ")[0], "json.number", huge);
  }
  for (
    const near of ["0.1", "1.7976931348623157e308", "1e22", "1e-400", "0.12345678901234567890"]
  ) {
    assertEquals(parseExactJson(near).orThrow(), Number(near));
  }
});

Deno.test("digits in strings are no numbers", () => {
  const text = JSON.stringify({ "12345678901234567890": "98765432109876543210", e: "1e400 1e999" });
  assertEquals(parseExactJson(text).orThrow(), JSON.parse(text));
});

Deno.test("a member that is there twice is refused, however it is written", () => {
  assertEquals(refusal('{"a":1,"a":2}'), "json.duplicate 1:8");
  assertEquals(refusal('{"a":1,"\\u0061":2}'), "json.duplicate 1:8");
  assertEquals(refusal('[{"b":{"a":1 , "c":[], "a" : 1}}]'), "json.duplicate 1:24");
  assertEquals(refusal('{"__proto__":1,"__proto__":2}'), "json.duplicate 1:16");
  // The space before the colon hides one name from a count that does not know of spaces.
  assertEquals(refusal('{"a" :1,"a":2,"b":"\\":"}'), "json.duplicate 1:9");
  assertEquals(refusal('{"a":{"x":1},"b":{"x":1},"c":[{"x":1},{"x":1}]}'), undefined);
});

Deno.test("any object with a name repeated is refused, and with other names it is read", () => {
  const names = fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 6 });
  const space = fc.constantFrom("", " ", "\n\t");
  fc.assert(fc.property(names, fc.nat(), space, fc.string(), (list, seed, gap, text) => {
    const write = (all: readonly string[]) =>
      `{${all.map((name) => `${JSON.stringify(name)}${gap}:${JSON.stringify(text)}`).join()}}`;
    assertEquals(refusal(write(list)), undefined);
    const again = list[seed % list.length] ?? "";
    assertEquals(refusal(write([...list, again]))?.split(" ")[0], "json.duplicate");
  }));
});

Deno.test("what is not JSON is refused where it ends to be JSON", () => {
  const places: Readonly<Record<string, string>> = {
    "": "1:1",
    "{": "1:2",
    "[1,]": "1:4",
    '{"a":tru}': "1:6",
    '{"a" 1}': "1:6",
    '{"a":1,}': "1:8",
    "{a:1}": "1:2",
    '"\\x"': "1:2",
    '"a\nb"': "1:3",
    "01": "1:2",
    "1 2": "1:3",
    "[1]]": "1:4",
    "[1}": "1:3",
    "\u00a01": "1:1",
    '{\n "a": }': "2:7",
  };
  for (const [text, place] of Object.entries(places)) {
    assertEquals(refusal(text), `json.syntax ${place}`, JSON.stringify(text));
  }
});

Deno.test("exactly what JSON.parse refuses is a syntax error", () => {
  const token = fc.constantFrom(...'{}[]:,"\\u0a1.-+eE \n', "null", "true", '"a"', "12", "\u2028");
  fc.assert(
    fc.property(fc.array(token, { maxLength: 8 }), (tokens) => {
      const text = tokens.join("");
      let isJson = true;
      try {
        JSON.parse(text);
      } catch {
        isJson = false;
      }
      assertEquals(refusal(text)?.startsWith("json.syntax") ?? false, !isJson, text);
    }),
    { numRuns: runsOf(2000) },
  );
});

Deno.test("the message says what, where and what to do, and is short", () => {
  const read = parseExactJson(`{"${"long".repeat(1000)}":1,"${"long".repeat(1000)}":1}`);
  assert(read.isErr());
  assert(read.error.message.length < 120 && read.error.hint !== "");
  const number = parseExactJson('{"id": 9007199254740993}');
  assert(number.isErr());
  assertEquals(
    number.error.message,
    "the number 9007199254740993 would be changed (line 1, column 8)",
  );
});

Deno.test("depth and size end in a result", () => {
  const deep = `${"[".repeat(500_000)}${"]".repeat(500_000)}`;
  assert(parseExactJson(deep).isOk());
  assertEquals(refusal(deep.slice(1)), "json.syntax 1:999999");
  assertEquals(refusal(`"${"\\n".repeat(500_000)}`), "json.syntax 1:1000002");
  const many = `{${Array.from({ length: 50_000 }, (_, i) => `"n${i}":${i}`).join()},"n7":1}`;
  assertEquals(refusal(many)?.split(" ")[0], "json.duplicate");
});
