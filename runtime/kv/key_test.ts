import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  base64UrlSegment,
  isKvFilter,
  isKvKey,
  keyMatcher,
  kvKey,
  literalPrefix,
  MAX_KEY_LENGTH,
} from "./key.ts";
import { KVError } from "./kv_error.ts";

const segment = fc.stringMatching(/^[-/_=A-Za-z0-9]{1,8}$/);
const anyKey = fc.array(segment, { minLength: 1, maxLength: 5 }).map((parts) => parts.join("."));

Deno.test("[K43][K44][K47] keys are non-empty subject-safe segments joined by dots", () => {
  const good = ["a", "github.12345.abc123", "graph.transcription.01ARZ3NDEK", "a/b=._-.C"];
  for (const key of [...good, "k".repeat(MAX_KEY_LENGTH)]) assertEquals(isKvKey(key), true, key);
  const bad = ["", ".", "a.", ".a", "a..b", "a b", "a\t", "*", "a.*", ">", "a.>", "ä", "a\u0000"];
  for (const key of [...bad, "a\n", "k".repeat(MAX_KEY_LENGTH + 1)]) {
    assertEquals(isKvKey(key), false, key);
  }
});

Deno.test("filters are keys in which whole segments may be wildcards", () => {
  for (const filter of ["*", ">", "a.*", "a.*.c", "a.>", "*.*.x", "a"]) {
    assertEquals(isKvFilter(filter), true, filter);
  }
  for (const filter of ["", "a*", "a.>.b", ">.a", "a..b", "*>", "a.", "a b", "**", ".>"]) {
    assertEquals(isKvFilter(filter), false, filter);
  }
});

Deno.test("a matcher selects by segments, as subjects are matched", () => {
  const selects = (filter: string, key: string) => keyMatcher(filter)(key);
  assertEquals(selects("*.*.x", "a.b.x"), true);
  assertEquals(selects("*.*.x", "a.x"), false);
  assertEquals(selects("a.>", "a"), false);
  assertEquals(selects("a.>", "a.b.c"), true);
  assertEquals(selects("a.*", "a.b.c"), false);
  assertEquals(selects(">", "a.b"), true);
  assertEquals(selects("a", "ab"), false);
});

Deno.test("a key passes every filter that is made from it, and begins with its literal part", () => {
  const filterOf = (key: string, wild: readonly boolean[], tail: boolean) => {
    const parts = key.split(".").map((part, i) => wild[i] ? "*" : part);
    return (tail ? [...parts.slice(0, -1), ">"] : parts).join(".");
  };
  const wild = fc.array(fc.boolean(), { minLength: 5, maxLength: 5 });
  fc.assert(fc.property(anyKey, wild, fc.boolean(), (key, stars, tail) => {
    const filter = filterOf(key, stars, tail);
    assertEquals([isKvFilter(filter), keyMatcher(filter)(key)], [true, true]);
    assertEquals(key.startsWith(literalPrefix(filter)), true);
  }));
});

Deno.test("kvKey joins segments and refuses what would change the shape", () => {
  assertEquals(kvKey("github", "12345", "abc123"), "github.12345.abc123");
  for (const wrong of ["", "a.b", "*", ">", "a b"]) {
    const error = assertThrows(() => kvKey("orders", wrong), KVError);
    assertEquals(error.reason, "invalid_key");
  }
  assertThrows(() => kvKey(), KVError);
});

Deno.test("[K45] segments derived from bytes are base64url without padding", () => {
  assertEquals(base64UrlSegment(new Uint8Array([251, 255])), "-_8");
  fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), (bytes) => {
    const key = base64UrlSegment(bytes);
    assertEquals([isKvKey(key), /[=+/]/.test(key)], [true, false]);
    assertEquals(Uint8Array.fromBase64(key, { alphabet: "base64url" }), bytes);
  }));
});
