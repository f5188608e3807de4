import { assert, assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { MAX_TOKEN_LENGTH, subjectToken } from "./subject_token.ts";
import { anyText } from "../../tests/support/random/any_text.ts";

Deno.test("letters, digits and hyphens stand as they are", () => {
  for (const text of ["42", "o-1", "Ada", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "-", "true"]) {
    assertEquals(subjectToken(text), text);
  }
});

Deno.test("everything else is _ and base64url", () => {
  assertEquals(subjectToken(""), "_");
  assertEquals(subjectToken("a.b"), "_YS5i");
  assertEquals(subjectToken("*"), "_Kg");
  assertEquals(subjectToken(">"), "_Pg");
  assertEquals(subjectToken("_YS5i"), "_X1lTNWk");
  assertEquals(subjectToken("ü"), "_w7w");
  assertEquals(subjectToken("\u{1f600}"), "_8J-YgA");
});

Deno.test("a token is one safe token of a subject, whatever the text", () => {
  fc.assert(fc.property(anyText({ maxLength: 40 }), (text) => {
    assert(/^[A-Za-z0-9_-]+$/.test(subjectToken(text) ?? ""));
  }));
});

Deno.test("two texts never share a token, nor does a text pose as another's token", () => {
  const text = anyText({ maxLength: 6 });
  fc.assert(fc.property(text, text, (a, b) => {
    assertEquals(subjectToken(a) === subjectToken(b), a === b);
    const token = subjectToken(a) ?? "";
    if (token !== a) assertNotEquals(subjectToken(token), token);
  }));
  for (const token of ["_", "_YS5i", "_Kg"]) assertNotEquals(subjectToken(token), token);
});

Deno.test("half of a surrogate pair and a long text have no token", () => {
  assertEquals(subjectToken("\ud800"), undefined);
  assertEquals(subjectToken("a\udc00"), undefined);
  assertEquals(subjectToken("a".repeat(MAX_TOKEN_LENGTH))?.length, MAX_TOKEN_LENGTH);
  assertEquals(subjectToken("a".repeat(MAX_TOKEN_LENGTH + 1)), undefined);
  assertEquals(subjectToken(".".repeat(MAX_TOKEN_LENGTH)), undefined);
});
