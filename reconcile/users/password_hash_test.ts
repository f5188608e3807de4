import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { PasswordHasher } from "./password_hash.ts";

const cheap = new PasswordHasher({ cost: { ln: 4, r: 8, p: 1 } });

Deno.test("a password matches its own hash only, and each hash has a salt of its own", async () => {
  const phc = await cheap.hash("correct horse");
  assertMatch(phc, /^\$scrypt\$ln=4,r=8,p=1\$/);
  assertNotEquals(await cheap.hash("correct horse"), phc);
  assert(await cheap.matches("correct horse", phc));
  assert(!await cheap.matches("correct hors", phc));
});

Deno.test("a hash is checked with its own parameters, not with those of today", async () => {
  const phc = await new PasswordHasher({ cost: { ln: 5, r: 4, p: 2 } }).hash("zoe\u0308");
  assert(await cheap.matches("zoë", phc));
});

Deno.test("nothing matches what is no hash, is cut, or would take all memory", async () => {
  const phc = await cheap.hash("secret");
  const wrong = [undefined, "", "secret", phc.slice(0, -1), phc.replace("ln=4", "ln=30")];
  for (const text of [...wrong, phc.replace("ln=4", "ln=0")]) {
    assertEquals(await cheap.matches("secret", text), false);
  }
});

Deno.test("more passwords than may be hashed at once wait, and all are answered", async () => {
  const one = new PasswordHasher({ cost: { ln: 4, r: 8, p: 1 }, atOnce: 1 });
  const phc = await one.hash("right");
  const answers = await Promise.all(
    ["right", "wrong", "right", "wrong"].map((given) => one.matches(given, phc)),
  );
  assertEquals(answers, [true, false, true, false]);
});
