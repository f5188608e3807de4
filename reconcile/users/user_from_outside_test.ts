import { assert, assertEquals, assertMatch } from "@std/assert";
import type { OutsideProfile } from "./outside_identity.ts";
import { type NewcomerRule, userFromOutside } from "./user_from_outside.ts";

const ADA: OutsideProfile = {
  issuer: "https://login.example.com",
  subject: "1",
  name: "Ada\nLovelace",
  email: "Ada.L+x@Example.com",
  emailVerified: true,
};
const EXAMPLE: NewcomerRule = { emailDomains: ["example.com"] };

Deno.test("nobody becomes a user unless the settings say so, and only by a verified address of a listed domain", () => {
  const refused = (profile: OutsideProfile, rule: NewcomerRule) => {
    const answer = userFromOutside(profile, rule, "x");
    return answer.isErr() ? answer.error : "let in";
  };
  assertEquals(refused(ADA, undefined), "not_invited");
  assertEquals(refused(ADA, EXAMPLE), "let in");
  assertEquals(refused({ ...ADA, emailVerified: false }, EXAMPLE), "email_unverified");
  assertEquals(refused({ issuer: ADA.issuer, subject: "1" }, EXAMPLE), "email_unverified");
  for (
    const email of [
      "ada@evil.com",
      "ada@evil-example.com",
      "ada@sub.example.com",
      "ada@example.com@evil.com",
      "@example.com",
      "example.com",
    ]
  ) {
    assertEquals(refused({ ...ADA, email }, EXAMPLE), "email_elsewhere", email);
  }
});

Deno.test("a name comes from an address of the listed domains only; anybody else gets one that says nothing", () => {
  const named = userFromOutside(ADA, EXAMPLE, "example").orThrow();
  assertEquals(named.names.slice(0, 2), ["ada-l-x", "ada-l-x-2"]);
  assertEquals(named.display, "Ada Lovelace");
  const anybody = userFromOutside({ ...ADA, email: "root@example.com" }, true, "example").orThrow();
  assertEquals(anybody.names.length, 1);
  assertMatch(anybody.names[0] ?? "", /^example-[0-9a-f]{10}$/);
  assertEquals(named.names.at(-1), anybody.names[0]);
  // Letters of two scripts are no name.
  const mixed = userFromOutside({ ...ADA, email: "p\u0430ul@example.com" }, EXAMPLE, "x").orThrow();
  assertEquals(mixed.names.length, 1);
  const other = userFromOutside({ ...ADA, subject: "2" }, true, "example").orThrow();
  assert(other.names[0] !== anybody.names[0]);
});
