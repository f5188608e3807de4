import { assertEquals, assertStringIncludes } from "@std/assert";
import { readUserName } from "./user_name.ts";

Deno.test("names of users are letters of one script, digits, - and _", () => {
  for (
    const name of ["ada", "a", "7", "ada-2", "ada_l", "zoë", "мария", "山田たろう", "x".repeat(64)]
  ) {
    assertEquals(readUserName(name).orThrow(), name);
  }
});

Deno.test("names that NATS or a reader could take for something else are refused, with the reason", () => {
  const refused = {
    "": "empty",
    "*": "only letters",
    ">": "only letters",
    "a.b": "only letters",
    "a b": "only letters",
    "a\n": "only letters",
    "a\u200bda": "only letters",
    "\u202eada": "only letters",
    "user:ada": "only letters",
    "ada\u034f": "only letters",
    "ada\ufe0f": "only letters",
    "01jz8q4w6t5v3n2m1k0h9g8f7e": "form of an id",
    "../ada": "only letters",
    "-ada": "start with",
    "\ud800": "well-formed",
    ["x".repeat(65)]: "64 characters",
    "Ada": "plain form: ada",
    "ａｄａ": "plain form: ada",
    "zoe\u0308": "plain form: zoë",
    // The second letter is Cyrillic.
    "p\u0430ul": "one script",
    "αda": "one script",
  };
  for (const [name, reason] of Object.entries(refused)) {
    const answer = readUserName(name);
    assertStringIncludes(answer.isErr() ? answer.error : `accepted ${name}`, reason);
  }
});
