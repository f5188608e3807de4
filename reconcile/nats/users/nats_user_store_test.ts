import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Result } from "../../../contracts/result.ts";
import { shared } from "../../../tests/support/shared.ts";
import { until } from "../../../tests/support/until.ts";
import { TrellisServer } from "../../../tests/support/trellis_server.ts";
import { readAuditEntry } from "../../audit/audit_entry.ts";
import type { AuditLog } from "../../audit/audit_log.ts";
import type { AuthorityError } from "../../records/authority_error.ts";
import { keptHere } from "../../../tests/support/platform/kept_here.ts";
import { KnownAttempts } from "../../users/attempts.ts";
import { OutsideSignIn } from "../../users/outside_sign_in.ts";
import { PasswordHasher } from "../../users/password_hash.ts";
import type { UserRecord } from "../../users/user_record.ts";
import { Users } from "../../users/users.ts";
import { openAudit } from "../open_audit.ts";
import { NatsUserStore } from "./nats_user_store.ts";

const server = shared(() => TrellisServer.start());
const hasher = new PasswordHasher({ cost: { ln: 4, r: 8, p: 1 } });
const clock = { now: Date.parse("2026-01-31T12:00:00.000Z"), users: 0 };

/** Users as one of several processes has them. */
async function open() {
  const { connection } = await (await server()).connect();
  const store = (await NatsUserStore.open(connection)).orThrow();
  const audit = (await openAudit(connection)).orThrow();
  const users = new Users({
    store,
    audit,
    hasher,
    sources: {
      now: () => new Date(clock.now).toISOString(),
      id: () => `01JZ8Q4W6T5V3N2M1K0H9G8F${10 + clock.users++}`,
    },
  });
  const told = async () =>
    (await audit.read()).orThrow().map((text) => readAuditEntry(text))
      .map((entry) => `${entry?.kind} ${entry?.details?.name} ${entry?.details?.change ?? ""}`);
  return { users, store, audit, told, connection };
}

function codeOf(answer: Result<unknown, AuthorityError>): string {
  return answer.isErr() ? answer.error.code : "";
}

async function add(users: Users, name: string): Promise<UserRecord> {
  return (await users.add({ name }, "root")).orThrow();
}

Deno.test("users are found by name and by id, one has a name, and each change is told before it happens", async () => {
  const { users, told } = await open();
  const asked = { name: "ada", display: "Ada Lovelace", admin: true, password: "four small words" };
  const ada = (await users.add(asked, "root")).orThrow();
  const maria = await add(users, "мария");
  assertEquals((await users.find("ada")).orThrow(), ada);
  assertEquals((await users.find(maria.id)).orThrow(), maria);
  assertEquals(codeOf(await users.find("bob")), "user_not_found");
  assertEquals(codeOf(await users.add({ name: "ada" }, "root")), "user_exists");
  assertEquals(codeOf(await users.add({ name: "a.b" }, "root")), "user_invalid");
  assertEquals(codeOf(await users.add({ name: "bob", display: "a\nb" }, "root")), "user_invalid");
  assertEquals(codeOf(await users.add({ name: "bob", password: "x" }, "root")), "password_refused");
  assertEquals((await users.list()).orThrow(), [ada, maria]);
  // All of these letters are Cyrillic.
  await add(users, "copa");
  const alike = await users.add({ name: "сора" }, "root");
  assertStringIncludes(alike.isErr() ? alike.error.message : "", "looks like");
  assertEquals(codeOf(await users.find("сора")), "user_not_found");
  await users.disable(maria.id, "root").then((done) => done.orThrow());
  assert((await users.disable(maria.id, "root")).orThrow().disabledAt !== undefined);
  assertEquals((await users.enable(maria.id, "root")).orThrow(), maria);
  const changed = (await users.setPassword(ada.id, "other small words", "root")).orThrow();
  assert(await hasher.matches("other small words", changed.password));
  assertEquals((await told()).slice(1), [
    "user.added ada ",
    "user.added мария ",
    "user.added copa ",
    "user.disabled мария ",
    "user.enabled мария ",
    "user.changed ada password",
  ]);
});

Deno.test("of two processes that add a name at once one is told that it is taken, and nobody is listed twice", async () => {
  const processes = [await open(), await open()];
  const answers = await Promise.all(
    processes.map(({ users }) => users.add({ name: "eve" }, "root")),
  );
  assertEquals(answers.map(codeOf).sort(), ["", "user_exists"]);
  const [{ users } = await open()] = processes;
  const listed = (await users.list()).orThrow().filter(({ name }) => name === "eve");
  assertEquals(listed, answers.flatMap((answer) => answer.isOk() ? [answer.value] : []));
  assertEquals((await users.find("eve")).orThrow(), listed[0]);
});

Deno.test("changes of two processes that meet are both kept", async () => {
  const [one, two] = [await open(), await open()];
  const { id } = await add(one.users, "kim");
  const answers = await Promise.all([
    one.users.disable(id, "root"),
    two.users.setPassword(id, "four small words", "root"),
  ]);
  for (const answer of answers) answer.orThrow();
  const kim = (await one.users.find("kim")).orThrow();
  assert(kim.disabledAt !== undefined && kim.password !== undefined);
});

Deno.test("a link is good once, for its purpose and its time; whoever uses it again is refused and told of", async () => {
  const [one, two] = [await open(), await open()];
  const { users } = one;
  const { id } = await add(users, "lin");
  const invite = async () => (await users.invite(id, "password", "root")).orThrow().token;
  const refusal = async (token: string, password = "four small words") => {
    const answer = await users.choosePassword(token, password);
    return answer.isErr() ? `${answer.error.code}: ${answer.error.message}` : "";
  };
  const first = await invite();
  const token = await invite();
  assertStringIncludes(await refusal(first), "link_refused: this link is unknown");
  assertStringIncludes(await refusal(token, "short"), "password_refused");
  assertEquals(codeOf(await users.redeem(token, "login")), "link_refused");
  assertEquals((await users.peek(token, "password")).orThrow().name, "lin");
  const both = await Promise.all(
    [one, two].map(({ users }) => users.choosePassword(token, "four small words")),
  );
  assertEquals(both.map(codeOf).sort(), ["", "link_refused"]);
  const { password } = (await users.find(id)).orThrow();
  assert(await hasher.matches("four small words", password));
  await refusal(token);
  assertStringIncludes(await refusal(token), "this link is unknown");
  const twice = (await one.told()).filter((text) => text.startsWith("login.failed lin"));
  assertEquals(twice.length, 1);

  const late = await invite();
  assertEquals((await users.find(id)).orThrow().password, undefined);
  clock.now += 24 * 3_600_000;
  assertStringIncludes(await refusal(late), "has expired");
  const login = (await users.invite(id, "login", "root")).orThrow().token;
  (await users.disable(id, "root")).orThrow();
  assertEquals(codeOf(await users.redeem(login, "login")), "link_refused");
  (await users.enable(id, "root")).orThrow();
  assertEquals(codeOf(await users.redeem(login, "login")), "link_refused");
  for (const wrong of ["", "*", `${id}x`, `*${token.slice(1)}`, "x".repeat(5000)]) {
    assertStringIncludes(await refusal(wrong), "link_refused");
  }
  const { store } = one;
  const text = JSON.stringify((await store.byId(id)).orThrow()?.value);
  assert(![first, token, late, login].some((link) => text.includes(link.slice(26))));
});

Deno.test("a name can be changed and is free then, also when the change was ended half-way", async () => {
  const { users, store, told } = await open();
  const [{ id }, nils] = [await add(users, "nora"), await add(users, "nils")];
  const rename = (name: string) => users.rename(id, name, "root");
  assertEquals(codeOf(await rename("nils")), "user_exists");
  assertEquals(codeOf(await rename("niІs")), "user_invalid");
  assertEquals(codeOf(await rename("*")), "user_invalid");
  assertEquals(codeOf(await users.rename("nobody", "xenia", "root")), "user_not_found");
  assertEquals((await rename("nora-lind")).orThrow().name, "nora-lind");
  assertEquals((await users.find("nora-lind")).orThrow().id, id);
  assertEquals(codeOf(await users.find("nora")), "user_not_found");
  const other = await add(users, "nora");
  assertEquals((await users.list()).orThrow().filter(({ name }) => name.startsWith("n")), [
    nils,
    other,
    (await users.find(id)).orThrow(),
  ]);
  assertEquals((await told()).at(-2), "user.changed nora renamed to");
  // Of two changes at once one may win, and nobody loses their name.
  await Promise.all([rename("nora1"), rename("nora2")]);
  const { name } = (await users.find(id)).orThrow();
  assertEquals((await users.list()).orThrow().some((user) => user.name === name), true);
  // A process was killed behind the first step, a while ago.
  const claimed = (await store.claimName("nelly", id)).orThrow();
  assertEquals([claimed, codeOf(await users.add({ name: "nelly" }, "root"))], [
    true,
    "user_exists",
  ]);
  const later = Date.now() + 61_000;
  const { now } = Date;
  Date.now = () => later;
  try {
    assertEquals((await users.add({ name: "nelly" }, "root")).isOk(), true);
  } finally {
    Date.now = now;
  }
});

Deno.test("of admins who are taken or removed at the same moment one stays", async () => {
  const { users } = await open();
  const others = (await users.list()).orThrow().filter(({ admin }) => admin);
  const password = "four small words";
  const two = [
    (await users.add({ name: "rosa", admin: true, password }, "root")).orThrow(),
    (await users.add({ name: "rita", admin: true, password }, "root")).orThrow(),
  ];
  for (const { id } of others) (await users.takeAdmin(id, "root")).orThrow();
  const elsewhere = (await open()).users;
  for (let round = 0; round < 10; round++) {
    const [first, second] = await Promise.all([
      users.takeAdmin(two[0]!.id, "root"),
      elsewhere.takeAdmin(two[1]!.id, "root"),
    ]);
    const admins = (await users.list()).orThrow().filter(({ admin }) => admin);
    assertEquals([codeOf(first), codeOf(second)].sort(), ["", "last_admin"]);
    assertEquals(admins.length, 1);
    for (const { id } of two) (await users.giveAdmin(id, "root")).orThrow();
  }
  const removed = await Promise.all([
    users.remove(two[0]!.id, "root"),
    elsewhere.remove(two[1]!.id, "root"),
  ]);
  assertEquals(removed.map(codeOf).sort(), ["", "last_admin"]);
  for (const { id } of others) (await users.giveAdmin(id, "root")).orThrow();
});

Deno.test("a user who is removed is nobody, leaves name and identity to others, and the last admin stays", async () => {
  const { users, store, audit, told } = await open();
  const admins = (await users.list()).orThrow().filter(({ admin }) => admin);
  const chief = { name: "petra", password: "four small words" };
  const petra = (await users.add(chief, "root")).orThrow();
  (await users.giveAdmin(petra.id, "root")).orThrow();
  for (const { id } of admins) (await users.takeAdmin(id, "root")).orThrow();
  assertEquals(codeOf(await users.takeAdmin(petra.id, "root")), "last_admin");
  assertEquals(codeOf(await users.remove(petra.id, "root")), "last_admin");
  assertEquals(codeOf(await users.disable(petra.id, "root")), "last_admin");
  // Whoever has no password yet cannot log in, nor who is disabled.
  const heir = await add(users, "paul");
  (await users.giveAdmin(heir.id, "root")).orThrow();
  assertEquals(codeOf(await users.takeAdmin(petra.id, "root")), "last_admin");
  (await users.setPassword(heir.id, "four small words", "root")).orThrow();
  (await users.disable(heir.id, "root")).orThrow();
  assertEquals(codeOf(await users.remove(petra.id, "root")), "last_admin");
  (await users.enable(heir.id, "root")).orThrow();

  const signIn = outside(users, audit);
  const token = (await users.invite(petra.id, "password", "root")).orThrow().token;
  const profile = { ...ADA, subject: "petra" };
  (await signIn.link(token, { profile, provider: PROVIDER })).orThrow();
  const changed: (string | undefined)[] = [];
  const stop = new AbortController();
  const watching = store.watch(
    (id, user) => changed.push(user === undefined ? id : ""),
    stop.signal,
  );
  await until(async () => {
    (await users.invite(heir.id, "login", "root")).orThrow();
    return changed.length > 0;
  }, "changes are watched");
  (await users.remove(petra.id, "root")).orThrow();
  await until(() => changed.at(-1) === petra.id, "whoever watches is told");
  stop.abort();
  await watching;
  assertEquals((await told()).at(-1), "user.removed petra ");
  assertEquals(codeOf(await users.remove(petra.id, "root")), "user_not_found");
  assertEquals(codeOf(await users.find("petra")), "user_not_found");
  assertEquals(codeOf(await users.redeem(token, "password")), "link_refused");
  const again = (await users.add(chief, "root")).orThrow();
  assert(again.id !== petra.id);
  assertEquals((await store.claimIdentity(profile, again.id)).orThrow(), true);
});

Deno.test("a damaged record is an error and nobody else's, and is added again once it is deleted", async () => {
  const { users, store, connection } = await open();
  const { id } = await add(users, "max");
  connection.publish(`$KV.trellis_users.user.${id}`, JSON.stringify({ name: "root", admin: true }));
  await connection.flush();
  assertEquals(codeOf(await users.find("max")), "record_corrupt");
  assertEquals(codeOf(await store.byId(id)), "record_corrupt");
  await connection.request(
    "$JS.API.STREAM.PURGE.KV_trellis_users",
    `{"filter":"$KV.trellis_users.user.${id}"}`,
  );
  assertEquals(codeOf(await users.find("max")), "user_not_found");
  const again = await add(users, "max");
  assertEquals((await users.find("max")).orThrow(), again);
});

const ADA = { issuer: "https://login.example.com", subject: "ada" };
const PROVIDER = { name: "example", title: "Example" };
const EVERYBODY = { ...PROVIDER, createUsers: { emailDomains: ["example.com"] } };

function outside(users: Users, audit: AuditLog) {
  return new OutsideSignIn({
    users,
    audit,
    attempts: new KnownAttempts(keptHere(), () => clock.now),
  });
}

function refusalOf(answer: Result<unknown, { readonly code: string }>): string {
  return answer.isErr() ? answer.error.code : "";
}

Deno.test("an identity lets in whoever linked it by an invitation, one user at a time, until a new link or password ends it", async () => {
  const { users, audit } = await open();
  const signIn = outside(users, audit);
  const enter = () => signIn.signIn({ profile: ADA, provider: PROVIDER }, "10.0.0.1");
  const [lena, otto] = [await add(users, "lena"), await add(users, "otto")];
  const invite = async ({ id }: UserRecord) =>
    (await users.invite(id, "password", "root")).orThrow().token;
  const link = (token: string) => signIn.link(token, { profile: ADA, provider: PROVIDER });
  assertEquals(refusalOf(await enter()), "stranger");
  const token = await invite(lena);
  assertEquals((await link(token)).orThrow().identities, [ADA]);
  assertEquals((await enter()).orThrow().id, lena.id);
  assertEquals(refusalOf(await link(token)), "link_refused");
  // Whose it is already, it stays, and the link of the other is not used up.
  const ottos = await invite(otto);
  assertEquals(refusalOf(await link(ottos)), "stranger");
  assertEquals((await users.peek(ottos, "password")).orThrow().id, otto.id);
  await users.disable(lena.id, "root").then((done) => done.orThrow());
  assertEquals(refusalOf(await enter()), "disabled");
  await users.enable(lena.id, "root").then((done) => done.orThrow());
  assertEquals((await enter()).orThrow().id, lena.id);
  // Somebody fears for the account: what let in before does so no more.
  await invite(lena);
  assertEquals(refusalOf(await enter()), "stranger");
  assertEquals((await link(ottos)).orThrow().id, otto.id);
  await users.setPassword(otto.id, "four small words", "root").then((done) => done.orThrow());
  assertEquals(refusalOf(await enter()), "stranger");
});

Deno.test("somebody new becomes a user once, though they come twice at once, and never somebody who is there", async () => {
  const { users, audit } = await open();
  const signIn = outside(users, audit);
  const emma = await add(users, "emma");
  const profile = {
    issuer: ADA.issuer,
    subject: "emma",
    email: "emma@example.com",
    emailVerified: true,
  };
  const enter = () => signIn.signIn({ profile, provider: EVERYBODY }, "10.0.0.1");
  const both = (await Promise.all([enter(), enter()])).map((answer) => answer.orThrow());
  assertEquals(both[0], both[1]);
  const made = both[0]?.id ?? "";
  assert(made !== emma.id);
  assertEquals((await enter()).orThrow().id, made);
  const named = (await users.list()).orThrow().filter(({ name }) => name.startsWith("emma"));
  assertEquals(named.map(({ id }) => id).toSorted(), [emma.id, made].toSorted());
  assertEquals((await users.find("emma")).orThrow(), emma);
  assertEquals((await users.find(made)).orThrow().admin, undefined);
});
