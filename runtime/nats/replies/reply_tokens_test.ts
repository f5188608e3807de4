import { assertEquals, assertMatch } from "@std/assert";
import { ReplyTokens } from "./reply_tokens.ts";

Deno.test("reply names are all different, and cannot be derived from one another", () => {
  const tokens = new ReplyTokens();
  const names = Array.from({ length: 5000 }, () => tokens.next());
  assertEquals(new Set(names).size, 5000);
  for (const name of names) assertMatch(name, /^[a-z0-9]{13,}$/);
  // Sixty random bits do not repeat.
  const random = new Set(names.map((name) => name.slice(0, 12)));
  assertEquals(random.size, 5000);
});
