import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { readStoreIndexKey, storeIndexKey } from "../../contracts/stored/store_index_key.ts";
import { keyProblem, MAX_STORE_KEY_BYTES, prefixProblem, prefixRange } from "./store_key.ts";
import { anyText } from "../../tests/support/random/any_text.ts";

/** Any text that may be a key, with many of the characters that the index writes in another way. */
const keys = fc.oneof(
  anyText({ minLength: 1, maxLength: 60 }),
  fc.string({
    unit: fc.constantFrom(..."az/.-_=*>~ \u00e9\u4e16\u{1f600}"),
    minLength: 1,
    maxLength: 12,
  }),
).filter((key) => keyProblem(key) === undefined);

function compareBytes(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => new TextEncoder().encode(text));
  for (let i = 0; i < left!.length && i < right!.length; i++) {
    if (left![i] !== right![i]) return left![i]! < right![i]! ? -1 : 1;
  }
  return Math.sign(left!.length - right!.length);
}

Deno.test("a key is written in characters that subjects allow, and read back unchanged", () => {
  fc.assert(fc.property(keys, (key) => {
    assertMatch(storeIndexKey(key), /^[-/_=A-Za-z0-9]+$/);
    assertEquals(readStoreIndexKey(storeIndexKey(key)), key);
  }));
});

Deno.test("written keys have the order of the keys' bytes, so different keys stay different", () => {
  fc.assert(fc.property(keys, keys, (a, b) => {
    const [left, right] = [storeIndexKey(a), storeIndexKey(b)];
    assertEquals(left === right ? 0 : left < right ? -1 : 1, compareBytes(a, b));
  }));
});

Deno.test("a prefix selects exactly the keys that begin with it", () => {
  fc.assert(fc.property(fc.uniqueArray(keys, { maxLength: 30 }), keys, (all, other) => {
    for (const prefix of ["", other, ...all.map((key) => key.slice(0, 2))]) {
      if (prefixProblem(prefix) !== undefined) continue;
      const sorted = all.map(storeIndexKey).sort();
      const { start, end } = prefixRange(sorted, prefix);
      assertEquals(
        sorted.slice(start, end).map(readStoreIndexKey).sort(),
        all.filter((key) => key.startsWith(prefix)).sort(),
      );
    }
  }));
});

Deno.test("readable keys stay readable", () => {
  assertEquals(storeIndexKey("incoming/2024/a.pdf"), "incoming/2024/a-2Epdf");
});

Deno.test("what is no written key is not read as one", () => {
  for (const written of ["a.b", "-", "-2", "-ZZ", "z61", "=2E", "zC3", "-2e", "*", "a b"]) {
    assertEquals(readStoreIndexKey(written), undefined, written);
  }
});

Deno.test("keys that could not be distinguished or shown are refused, and why", () => {
  const longest = "é".repeat(MAX_STORE_KEY_BYTES / 2);
  for (const key of ["a", "..", "../a", "/", "a//b", " ", "*", ">", "a.b", "\u{1f600}", longest]) {
    assertEquals(keyProblem(key), undefined, key);
  }
  const refused: [unknown, string][] = [
    ["", "empty"],
    [`${longest}a`, "1024 bytes"],
    ["x".repeat(10_000), "1024 bytes"],
    ["a\nb", "control"],
    ["\0", "control"],
    ["a\x7f", "control"],
    ["a\ud800", "surrogate"],
    [7, "a string, not number"],
    [undefined, "a string, not undefined"],
  ];
  for (const [key, why] of refused) {
    const problem = keyProblem(key);
    assert(problem?.message.includes(why), `${problem?.message} ${why}`);
    assertEquals([problem?.reason, problem?.retryable], ["invalid_key", false]);
  }
  assertEquals(prefixProblem(""), undefined);
  assertEquals(prefixProblem("\n")?.reason, "invalid_key");
});
