import { assertEquals } from "@std/assert";
import { err, ok } from "../../contracts/result.ts";
import type { AuditEntry, AuditEvent } from "../audit/audit_entry.ts";
import { AuthorityError } from "../records/authority_error.ts";
import { keptHere } from "../../tests/support/platform/kept_here.ts";
import { KnownAttempts } from "./attempts.ts";
import { ACCOUNT_LIMIT, LoginLimits } from "./login_limits.ts";
import { PasswordHasher } from "./password_hash.ts";
import { SignIn } from "./sign_in.ts";
import type { UserRecord } from "./user_record.ts";

const RIGHT = "four small words";
const hasher = new PasswordHasher({ cost: { ln: 4, r: 8, p: 1 } });
const password = await hasher.hash(RIGHT);

function user(name: string, more: Partial<UserRecord> = {}): UserRecord {
  const id = `01jz8q4w6t5v3n2m1k0h9g8f-${name}`;
  return { format: "trellis.user.v1", id, name, password, createdAt: "2026", ...more };
}

function signIn() {
  const clock = { now: 0, isDown: false };
  const told: AuditEvent[] = [];
  const hashed: (string | undefined)[] = [];
  const users = [user("ada"), user("bob", { disabledAt: "2026" }), user("new")];
  const now = () => clock.now;
  const attempts = new KnownAttempts(keptHere(), now);
  const door = new SignIn({
    store: {
      byName: (name) => {
        if (clock.isDown) {
          return Promise.resolve(err(new AuthorityError("unavailable", "down", "")));
        }
        const value = users.find((known) => known.name === name);
        return Promise.resolve(ok(value && { value, revision: 1 }));
      },
    },
    audit: {
      append: (event) => {
        told.push(event);
        return Promise.resolve(ok(event as AuditEntry));
      },
    },
    hasher: {
      matches: (given, phc) => {
        hashed.push(phc);
        return hasher.matches(given, phc);
      },
    },
    limits: new LoginLimits(attempts, now),
    attempts,
  });
  const ask = async (name: string, given: string, address = "10.0.0.1") => {
    const answer = await door.signIn({ name, password: given }, address);
    return answer.isErr() ? answer.error.code : answer.value.name;
  };
  return { ask, clock, told, hashed };
}

Deno.test("a name as it is typed and its password are proof, which is told before it is answered", async () => {
  const { ask, told } = signIn();
  assertEquals(await ask("ada", "wrong"), "wrong");
  assertEquals(await ask("Ada", RIGHT), "ada");
  assertEquals(told.map(({ kind }) => kind), ["login.failed", "login.succeeded"]);
  assertEquals(told[1]?.details, {
    name: "ada",
    address: "10.0.0.1",
    failures: "failures before: 1",
  });
});

Deno.test("unknown names, disabled users and wrong passwords get one answer, at the same cost", async () => {
  const { ask, hashed, told } = signIn();
  const answers = [
    await ask("nobody", RIGHT),
    await ask("bob", RIGHT),
    await ask("ada", "wrong"),
    await ask("a.b", RIGHT),
  ];
  assertEquals(answers, ["wrong", "wrong", "wrong", "wrong"]);
  assertEquals(hashed.length, 4);
  // What was typed as a name may be a password.
  assertEquals(JSON.stringify(told).includes("nobody"), false);
});

Deno.test("passwords that nobody can have are not hashed, and count", async () => {
  const { ask, hashed } = signIn();
  for (let index = 0; index < ACCOUNT_LIMIT.free; index++) {
    assertEquals(await ask("ada", "x".repeat(1025 + index)), "wrong");
  }
  assertEquals(hashed.length, 0);
  assertEquals(await ask("ada", RIGHT), "wait");
});

Deno.test("guessing waits, and a burst of it is a few entries", async () => {
  const { ask, clock, told } = signIn();
  for (let index = 0; index < 120; index++) {
    assertEquals(await ask("ada", "wrong", `10.0.0.${index}`), "wrong");
    if (index >= ACCOUNT_LIMIT.free - 1) clock.now += 15 * 60_000;
  }
  assertEquals(told.map(({ details }) => details?.failures), [
    "failure 1",
    "failure 10",
    "failure 100",
  ]);
});

Deno.test("more people than can be looked at are sent away at once, and have not guessed", async () => {
  const { ask } = signIn();
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, index) => ask(`user${index}`, RIGHT, `10.0.0.${index}`)),
  );
  assertEquals(answers.filter((answer) => answer === "busy").length, 8);
  assertEquals(await ask("ada", RIGHT), "ada");
});

Deno.test("whoever comes while users cannot be read has not guessed", async () => {
  const { ask, clock } = signIn();
  clock.isDown = true;
  for (let time = 0; time < 40; time++) assertEquals(await ask("ada", RIGHT), "unavailable");
  clock.isDown = false;
  assertEquals(await ask("ada", RIGHT), "ada");
});
