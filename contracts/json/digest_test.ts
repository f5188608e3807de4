import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { digestJson } from "./digest.ts";

Deno.test("the digest is SHA-256 of the canonical JSON, base64url without padding", async () => {
  const value = { b: [1, true, null], a: "\u20ac" };
  const bytes = new TextEncoder().encode('{"a":"\u20ac","b":[1,true,null]}');
  const expected = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))
    .toBase64({ alphabet: "base64url", omitPadding: true });
  assertEquals(digestJson(value), expected);
  assertMatch(expected, /^[A-Za-z0-9_-]{43}$/);
});

Deno.test("it does not see the order of keys, and sees everything else", () => {
  assertEquals(digestJson({ a: 1, b: 2 }), digestJson({ b: 2, a: 1 }));
  assertNotEquals(digestJson([1, 2]), digestJson([2, 1]));
  assertNotEquals(digestJson({ a: 1 }), digestJson({ a: "1" }));
});
