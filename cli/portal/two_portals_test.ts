import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { sessionOf } from "../../contracts/identity/caller.ts";
import { KeyPair } from "../../contracts/identity/key_pair.ts";
import { readAuditEntry } from "../../reconcile/audit/audit_entry.ts";
import { LOGINS_BUCKET } from "../../reconcile/nats/users/nats_passing_records.ts";
import { ADDRESS_LIMIT } from "../../reconcile/users/login_limits.ts";
import { NatsSessionStore } from "../../runtime/platform/nats/nats_session_store.ts";
import { LocalOidcProvider } from "../../tests/support/platform/local_oidc_provider.ts";
import { type Page, PASSWORD, PortalDesk } from "../../tests/support/platform/portal_desk.ts";
import { openPlatform, SecuredTrellis } from "../../tests/support/platform/secured_trellis.ts";
import { shared } from "../../tests/support/shared.ts";
import { OidcProvider } from "../oidc/oidc_provider.ts";
import type { PassingRecords } from "../../reconcile/users/passing_records.ts";
import { keptLogins } from "../../tests/support/platform/kept_logins.ts";
import type { Decision } from "./login_record.ts";
import { Logins } from "./logins.ts";
import { isKeyBound } from "./carry_out_login.ts";

/** One server, two processes that let people in to it, and a provider. */
const started = shared(async () => {
  const stack = new AsyncDisposableStack();
  const trellis = stack.use(await SecuredTrellis.start());
  const other = await openPlatform(trellis.server);
  stack.defer(() => other.messaging.close());
  stack.use(other.platform);
  const local = stack.use(await LocalOidcProvider.start(["local"]));
  return { trellis, other, local, [Symbol.asyncDispose]: () => stack.disposeAsync() };
});

async function desks() {
  const { trellis, other, local } = await started();
  const { issuer, clientId, clientSecret } = local;
  const providers = () => [new OidcProvider({ name: "local", issuer, clientId }, clientSecret)];
  const one = new PortalDesk(trellis, providers());
  const two = new PortalDesk({ ...other, server: trellis.server }, providers());
  two.address = one.address;
  const sessions = await NatsSessionStore.open(trellis.messaging.connection);
  const entries = async (kind: string) =>
    (await trellis.platform.audit.read()).orThrow().map(readAuditEntry)
      .filter((entry) => entry?.kind === kind);
  const add = async (name: string) =>
    (await one.users.add({ name, password: PASSWORD }, "test")).orThrow();
  return { trellis, local, one, two, sessions, entries, add };
}

function statuses(pages: readonly Page[]): readonly number[] {
  return pages.map(({ status }) => status).sort();
}

Deno.test("the link of the first admin is good at each portal, and for one person", async () => {
  const { one, two } = await desks();
  const path = `/first-admin/${(await one.firstAdmin.token()).orThrow()}`;
  assertEquals((await two.send(path)).status, 200);
  const form = { password: PASSWORD, again: PASSWORD };
  const both = await Promise.all([
    one.send(path, { form: { ...form, name: "first" } }),
    two.send(path, { form: { ...form, name: "second" } }),
  ]);
  assertEquals(statuses(both), [200, 410]);
  const users = (await one.users.list()).orThrow();
  assertEquals(users.filter(({ admin }) => admin).length, 1);
});

Deno.test("each step of a login may come to another portal", async () => {
  const { one, two, add, sessions } = await desks();
  const { id } = await add("ada");
  const key = KeyPair.generate("user");
  const request = await one.request(key);
  const { answer } = await two.api("/logins", request);
  const path = new URL(answer.url ?? "").pathname;
  assertStringIncludes((await one.send(path)).text, answer.code ?? "none");
  const cookie = await two.signIn(path, "ada");
  assertStringIncludes((await one.send(path, { cookie })).text, "Let it in");
  const done = await one.send(`${path}/decision`, { form: { decision: "approve" }, cookie });
  assertStringIncludes(done.text, "You are logged in");
  assertEquals((await two.api(`/logins/${answer.id}`)).answer, { state: "bound", name: "ada" });
  assertEquals((await sessions.get(sessionOf(key.publicKey)))?.principal, { kind: "user", id });
});

Deno.test("what is good once is good once at both portals together", async () => {
  const { one, two, add, local, sessions, entries } = await desks();
  const user = await add("bob");
  const key = KeyPair.generate("user");
  const request = await one.request(key);
  const asked = await Promise.all([one.api("/logins", request), two.api("/logins", request)]);
  assertEquals(asked.map(({ status }) => status).sort(), [201, 400]);
  for (let round = 0; round < 5; round++) {
    const device = KeyPair.generate("user");
    const path = await one.ask(device);
    const cookie = await two.signIn(path, "bob");
    const [first, second] = await Promise.all([
      one.send(`${path}/decision`, { form: { decision: "approve" }, cookie }),
      two.send(`${path}/decision`, { form: { decision: "refuse" }, cookie }),
    ]);
    assertEquals(first.text, second.text);
    const isIn = await sessions.get(sessionOf(device.publicKey)) !== undefined;
    assertEquals(first.text.includes("You are logged in"), isIn);
    const opened = (await entries("session.opened"))
      .filter((entry) => entry?.details?.publicKey === device.publicKey);
    assertEquals(opened.length, isIn ? 1 : 0);
  }
  const { token } = (await one.users.invite(user.id, "password", "test")).orThrow();
  const form = { password: PASSWORD, again: PASSWORD };
  const chosen = [one, two].map((portal) => portal.send(`/password/${token}`, { form }));
  assertEquals(statuses(await Promise.all(chosen)), [200, 410]);

  local.person = { sub: "bob" };
  const invitation = (await one.users.invite(user.id, "password", "test")).orThrow().token;
  const invited = await visit(one, { invitation });
  assertEquals((await two.send(invited.path, invited)).status, 200);
  const path = await one.ask();
  const back = await visit(two, { login: path.split("/")[2] ?? "" });
  const other = await visit(one, { login: path.split("/")[2] ?? "" });
  assertEquals((await one.send(back.path, { cookie: other.cookie })).status, 410);
  const came = await Promise.all([one.send(back.path, back), two.send(back.path, back)]);
  assertEquals(statuses(came), [200, 410]);

  async function visit(portal: PortalDesk, link: Readonly<Record<string, string>>) {
    const begun = await portal.send("/oidc/local/begin", { form: link });
    const url = begun.headers.get("Refresh")?.replace("0; url=", "") ?? "";
    const { pathname, search } = await local.follow(url);
    const cookie = begun.headers.get("Set-Cookie")?.split(";")[0] ?? "";
    // What the browser keeps says nothing.
    for (const secret of Object.values(link)) assertEquals(cookie.includes(secret), false);
    return { path: `${pathname}${search}`, cookie };
  }
});

Deno.test("a decision that a process was ended over is carried out by another one, and only once", async () => {
  const { one, two, add, trellis, sessions, entries } = await desks();
  await add("cleo");
  for (const ended of ["before the key was bound", "after the key was bound"]) {
    for (const decision of ["approve", "refuse"]) {
      two.ahead = 0;
      const key = KeyPair.generate("user");
      const path = await one.ask(key);
      const cookie = await one.signIn(path, "cleo");
      const id = path.split("/")[2] ?? "";
      const { promise: reached, resolve } = Promise.withResolvers<void>();
      const { person } = await one.logins.get(id) ?? {};
      assert(person);
      // It never comes to an end, as in a process that is gone.
      void one.logins.decide(id, {
        verb: "approve",
        async run(_, decidedAt) {
          if (ended.startsWith("after")) {
            (await trellis.platform.openUserSession({
              principal: { kind: "user", id: person.id },
              publicKey: key.publicKey,
              createdAt: new Date(decidedAt).toISOString(),
            })).orThrow();
          }
          resolve();
          return await new Promise<never>(() => {});
        },
        isBound: (login, decidedAt) => isKeyBound(login, decidedAt, trellis),
      });
      await reached;
      two.ahead = 20_000;
      const done = await two.send(`${path}/decision`, { form: { decision }, cookie });
      const isIn = ended.startsWith("after") || decision === "approve";
      const words = isIn ? "You are logged in" : "Nobody is logged in";
      assertStringIncludes(done.text, words, `${ended}, ${decision}`);
      assertEquals(await sessions.get(sessionOf(key.publicKey)) !== undefined, isIn);
      const opened = (await entries("session.opened"))
        .filter((entry) => entry?.details?.publicKey === key.publicKey);
      assertEquals(opened.length, isIn ? 1 : 0);
    }
  }
});

Deno.test("whoever waits for what another process carries out is told of it, and asks for it no more than that", async () => {
  const { one, add, trellis } = await desks();
  await add("cora");
  const path = await one.ask();
  await one.signIn(path, "cora");
  const id = path.split("/")[2] ?? "";
  const kept = keptLogins(trellis);
  let reads = 0;
  const records: PassingRecords = {
    read(key) {
      reads++;
      return kept.records.read(key);
    },
    changed: (...asked) => kept.records.changed(...asked),
    write: (...asked) => kept.records.write(...asked),
    remove: (key) => kept.records.remove(key),
    room: (key) => kept.records.room(key),
  };
  const other = new Logins({ ...kept, records, now: Date.now });
  const [begun, end] = [Promise.withResolvers<void>(), Promise.withResolvers<Decision>()];
  const decided = one.logins.decide(id, {
    verb: "refuse",
    run: () => {
      begun.resolve();
      return end.promise;
    },
    isBound: () => Promise.resolve(false),
  });
  await begun.promise;
  const settled = other.settled(id);
  // Long enough to ask several times.
  await new Promise((resolve) => setTimeout(resolve, 500));
  end.resolve({ kind: "refused" });
  await decided;
  assertEquals((await settled)?.state, "refused");
  assertEquals(reads, 2);
});

Deno.test("guessing is counted at both portals together, by account and by address", async () => {
  const { one, two, add } = await desks();
  await add("dora");
  const path = await one.ask();
  const guesses: number[] = [];
  for (const portal of [one, two, one, two, one, two, one]) {
    const form = { name: "dora", password: "a wrong password" };
    guesses.push((await portal.send(path, { form })).status);
  }
  assertEquals(guesses, [401, 401, 401, 401, 401, 429, 429]);
  for (let guess = 5; guess < ADDRESS_LIMIT.free; guess++) {
    const form = { name: `nobody-${guess}`, password: "a wrong password" };
    assertEquals((await [one, two][guess % 2]?.send(path, { form }))?.status, 401);
  }
  await add("emil");
  for (const portal of [one, two]) {
    assertEquals(
      (await portal.send(path, { form: { name: "emil", password: PASSWORD } })).status,
      429,
    );
  }
});

Deno.test("challenges are kept nowhere, links are bounded, and no record holds what opens a login", async () => {
  const { one, two, add, trellis } = await desks();
  await add("finn");
  const ask = async (request: string, body?: object) =>
    (await trellis.messaging.connection
      .request(`$JS.API.STREAM.${request}`, body && JSON.stringify(body))).json<Answer>();
  const info = `INFO.KV_${LOGINS_BUCKET.name}`;
  const path = await one.ask();
  const cookie = await two.signIn(path, "finn");
  const before = await ask(info);
  const given = new Set<string | undefined>();
  for (let count = 0; count < 1000; count++) {
    given.add((await one.api("/challenges", {})).answer.challenge);
  }
  assertEquals(given.size, 1000);
  const after = await ask(info);
  assertEquals(after.state.messages, before.state.messages);
  const { max_bytes, max_age, discard } = after.config;
  assertEquals([max_bytes, max_age, discard], [2 ** 26, 600e9, "new"]);
  const last = { last_by_subj: `$KV.${LOGINS_BUCKET.name}.login.>` };
  const stored = await ask(`MSG.GET.KV_${LOGINS_BUCKET.name}`, last);
  const text = atob(stored.message.data);
  assertStringIncludes(text, '"name":"finn"');
  const login = await one.logins.get(path.split("/")[2] ?? "");
  const hidden = [login?.id, login?.code, login?.ticket, cookie.split("=")[1], "$scrypt$"];
  for (const secret of hidden) {
    assert(secret !== undefined && secret !== "");
    assertEquals(`${stored.message.subject} ${text}`.includes(secret), false, secret);
  }
});

interface Answer {
  readonly config: Readonly<Record<string, unknown>>;
  readonly state: { readonly messages: number };
  readonly message: { readonly subject: string; readonly data: string };
}
