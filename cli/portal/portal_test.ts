import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { sessionOf } from "../../contracts/identity/caller.ts";
import { KeyPair } from "../../contracts/identity/key_pair.ts";
import { loginProof } from "../../contracts/identity/login_proof.ts";
import { defineAppContract, defineServiceContract } from "../../contracts/define/define.ts";
import { readAuditEntry } from "../../reconcile/audit/audit_entry.ts";
import { NatsSessionStore } from "../../runtime/platform/nats/nats_session_store.ts";
import { TrellisClient } from "../../mod.ts";
import { app, guarded, serveGuarded } from "../../tests/support/platform/desk.ts";
import { PASSWORD, PortalDesk } from "../../tests/support/platform/portal_desk.ts";
import { SecuredTrellis } from "../../tests/support/platform/secured_trellis.ts";
import { shared } from "../../tests/support/shared.ts";

/** One server and one portal for all: each test has names and keys of its own. */
const started = shared(async () => {
  const trellis = await SecuredTrellis.start();
  await serveGuarded(await trellis.deploy(guarded));
  return trellis;
});

async function desk() {
  const trellis = await started();
  const portal = new PortalDesk(trellis);
  const add = async (name: string, more: { admin?: true } = {}) =>
    (await portal.users.add({ name, password: PASSWORD, ...more }, "test")).orThrow();
  const entries = async (kind: string) =>
    (await trellis.platform.audit.read()).orThrow().map(readAuditEntry)
      .filter((entry) => entry?.kind === kind);
  return { trellis, portal, add, entries };
}

Deno.test("the first admin is made by a link, while there is no other admin", async () => {
  // Before any other test adds an admin.
  const { portal, add: addUser } = await desk();
  await addUser("zoe");
  const token = (await portal.firstAdmin.token()).orThrow();
  const path = `/first-admin/${token}`;
  assertEquals((await portal.send(`${path}x`)).status, 410);
  const become = (name: string) =>
    portal.send(path, { form: { name, password: PASSWORD, again: PASSWORD } });
  assertEquals((await become("*")).status, 400);
  const both = await Promise.all([become("ada"), become("bob")]);
  assertEquals(both.map(({ status }) => status).sort(), [200, 410]);
  assertEquals((await portal.send(path)).status, 410);
  assertEquals((await portal.firstAdmin.token()).orThrow(), undefined);
  const users = (await portal.users.list()).orThrow();
  assertEquals(users.filter(({ admin }) => admin).length, 1);
});

Deno.test("every page keeps browsers from what it does not need", async () => {
  const { portal } = await desk();
  for (const [path, status] of [["/", 200], ["/none", 404], ["/login/none", 404]] as const) {
    const { status: got, headers } = await portal.send(path);
    assertEquals(got, status);
    const policy = headers.get("Content-Security-Policy") ?? "";
    for (const part of ["default-src 'none'", "form-action 'self'", "frame-ancestors 'none'"]) {
      assertStringIncludes(policy, part);
    }
    assertEquals(headers.get("X-Content-Type-Options"), "nosniff");
    assertEquals(headers.get("Referrer-Policy"), "same-origin");
  }
});

Deno.test("another host is refused, and posts that another page, or nobody, has sent", async () => {
  const { portal } = await desk();
  const form = { name: "ada", password: PASSWORD };
  const path = await portal.ask();
  for (const host of ["evil.example", "localhost:41234", "127.0.0.1"]) {
    assertEquals((await portal.send(path, { host })).status, 421, host);
  }
  for (const origin of ["http://evil.example", "http://127.0.0.1:1", "null", null]) {
    assertEquals((await portal.send(path, { form, origin })).status, 403, `${origin}`);
  }
  const foreign = await portal.send("/api/challenges", { body: "", origin: "http://evil.example" });
  assertEquals(foreign.status, 403);
});

Deno.test("what is larger than a form, or than a contract, is refused", async () => {
  const { portal } = await desk();
  const form = { name: "a".repeat(9000), password: "" };
  assertEquals((await portal.send(await portal.ask(), { form })).status, 413);
  const body = "x".repeat(300 * 1024);
  assertEquals((await portal.send("/api/logins", { body, origin: null })).status, 413);
  const unsaid = { body: "{}", length: "unsaid", origin: null };
  assertEquals((await portal.send("/api/logins", unsaid)).status, 413);
});

Deno.test("only the holder of a key asks for its login, at this address, with a challenge that is new", async () => {
  const { portal } = await desk();
  const key = KeyPair.generate("user");
  const refused = async (body: object) => (await portal.api("/logins", body)).answer.code;
  const stolen = await portal.request(KeyPair.generate("user"));
  assertEquals(await refused({ ...stolen, publicKey: key.publicKey }), "bad_signature");
  const elsewhere = await portal.request(key);
  const signature = key.sign(loginProof("http://evil.example", elsewhere.challenge)).toBase64();
  assertEquals(await refused({ ...elsewhere, signature }), "bad_signature");
  const good = await portal.request(key);
  assertEquals((await portal.api("/logins", good)).status, 201);
  assertEquals(await refused(good), "challenge_unknown");
  const late = await portal.request(key);
  portal.ahead += 61_000;
  assertEquals(await refused(late), "challenge_unknown");
  assertEquals(await refused({ publicKey: "UX" }), "bad_request");
  assertEquals(await refused([]), "bad_request");
});

Deno.test("people run apps only, and a contract comes with its own digest", async () => {
  const { portal } = await desk();
  const key = KeyPair.generate("user");
  const refused = async (contract: unknown) =>
    (await portal.api("/logins", { ...await portal.request(key), contract })).answer.code;
  const { manifest, digest } = app;
  assertEquals(
    await refused({ manifest: guarded.manifest, digest: guarded.digest }),
    "contract_invalid",
  );
  assertEquals(await refused({ manifest, digest: guarded.digest }), "contract_invalid");
  assertEquals(await refused({ manifest: {}, digest }), "contract_invalid");
});

Deno.test("a terminal is let in as who approves it, with what the audit tells, until seven days are over", async () => {
  const { trellis, portal, add, entries } = await desk();
  const eva = await add("eva", { admin: true });
  const key = KeyPair.generate("user");
  const path = await portal.ask(key);
  const id = path.split("/")[2];
  assertEquals((await portal.api(`/logins/${id}`)).answer, { state: "waiting" });
  const page = await portal.send(path);
  assertStringIncludes(page.text, "ada&#39;s laptop");
  const cookie = await portal.signIn(path, "eva");
  assertStringIncludes((await portal.send(path, { cookie })).text, "may do everything");
  const done = await portal.send(`${path}/decision`, { form: { decision: "approve" }, cookie });
  assertStringIncludes(done.text, "You are logged in");
  assertEquals((await portal.api(`/logins/${id}`)).answer, { state: "bound", name: "eva" });
  const opened = (await entries("session.opened"))
    .find((entry) => entry?.details?.publicKey === key.publicKey);
  assertEquals([opened?.subject, opened?.details?.device], [`admin:${eva.id}`, "ada's laptop"]);
  await using client = (await TrellisClient.connect({
    contract: guarded,
    trellisUrl: trellis.url,
    sessionKeySeed: key.seed,
  })).orThrow();
  await client.rpc.desk.close({ id: "1" }).orThrow();
  const sessions = await NatsSessionStore.open(trellis.messaging.connection);
  const { expiresAt = "" } = await sessions.get(sessionOf(key.publicKey)) ?? {};
  const days = (Date.parse(expiresAt) - Date.now()) / (24 * 3_600_000);
  assert(days > 6.9 && days <= 7, `${days}`);
});

Deno.test("the cookie is for one link, and no script or other site gets it", async () => {
  const { portal, add } = await desk();
  await add("cleo");
  const [path, other] = [await portal.ask(), await portal.ask()];
  const form = { name: "cleo", password: PASSWORD, return: "https://evil.example" };
  const { headers } = await portal.send(`${path}?return=https://evil.example`, { form });
  assertEquals(headers.get("Location"), path);
  const cookie = headers.get("Set-Cookie") ?? "";
  for (const part of ["HttpOnly", "SameSite=Strict", `Path=${path}`]) {
    assertStringIncludes(cookie, part);
  }
  const approve = { form: { decision: "approve" }, cookie: cookie.split(";")[0] };
  assertEquals((await portal.send(`${other}/decision`, approve)).status, 401);
  assertEquals(
    (await portal.send(`${path}/decision`, { ...approve, cookie: undefined })).status,
    401,
  );
});

Deno.test("behind a proxy that brings TLS it answers by that name, and its cookies stay within TLS", async () => {
  const { trellis, add } = await desk();
  const proxied = new PortalDesk(trellis, [], "https://trellis.example.org");
  await add("uma");
  const path = await proxied.ask();
  const { status, headers } = await proxied.send(path, {
    form: { name: "uma", password: PASSWORD },
  });
  assertEquals(status, 303);
  assertStringIncludes(headers.get("Set-Cookie") ?? "", "; Secure");
  assertEquals((await proxied.send(path, { host: "127.0.0.1:41234" })).status, 421);
  assertEquals(
    (await proxied.send(path, { form: {}, origin: "http://trellis.example.org" })).status,
    403,
  );
});

Deno.test("a decision that is sent twice is carried out once, and the link is good for nobody else", async () => {
  const { portal, add, entries } = await desk();
  await add("dora");
  const key = KeyPair.generate("user");
  const path = await portal.ask(key);
  const cookie = await portal.signIn(path, "dora");
  const approve = () => portal.send(`${path}/decision`, { form: { decision: "approve" }, cookie });
  const both = await Promise.all([approve(), approve()]);
  assertEquals(both.map(({ status }) => status), [200, 200]);
  const opened = (await entries("session.opened"))
    .filter((entry) => entry?.details?.publicKey === key.publicKey);
  assertEquals(opened.length, 1);
  assertEquals((await portal.send(path)).status, 410);
  const again = await portal.send(path, { form: { name: "dora", password: PASSWORD } });
  assertEquals(again.status, 410);
});

Deno.test("who signs in while somebody else decides comes too late, and is not taken for them", async () => {
  const { portal, add } = await desk();
  await add("rita");
  await add("sam");
  const path = await portal.ask();
  const cookie = await portal.signIn(path, "rita");
  const [, late] = await Promise.all([
    portal.send(`${path}/decision`, { form: { decision: "approve" }, cookie }),
    portal.send(path, { form: { name: "sam", password: PASSWORD } }),
  ]);
  assertEquals(late.status, 410);
  assertEquals((await portal.api(`/logins/${path.split("/")[2]}`)).answer.name, "rita");
});

Deno.test("a link ends after ten minutes, also for who has signed in", async () => {
  const { portal, add } = await desk();
  await add("finn");
  const path = await portal.ask();
  const cookie = await portal.signIn(path, "finn");
  portal.ahead += 10 * 60_000;
  assertEquals((await portal.send(path)).status, 404);
  const form = { decision: "approve" };
  assertEquals((await portal.send(`${path}/decision`, { form, cookie })).status, 404);
  assertEquals((await portal.api(`/logins/${path.split("/")[2]}`)).answer, { state: "expired" });
});

Deno.test("what is refused, or not waited for any more, binds no key", async () => {
  const { portal, add, entries } = await desk();
  const { id } = await add("gina");
  const before = (await entries("session.opened")).length;
  const path = await portal.ask();
  const cookie = await portal.signIn(path, "gina");
  const refuse = await portal.send(`${path}/decision`, { form: { decision: "refuse" }, cookie });
  assertStringIncludes(refuse.text, "Nobody is logged in");
  const [told] = (await entries("login.refused")).slice(-1);
  assertEquals([told?.subject, told?.details?.address], [`user:${id}`, portal.address]);
  const form = { decision: "approve" };
  await portal.send(`${path}/decision`, { form, cookie });
  const left = await portal.ask();
  const asked = `/logins/${left.split("/")[2]}`;
  assertEquals((await portal.api(asked, undefined, "DELETE")).answer, {
    state: "refused",
  });
  assertEquals((await portal.send(left)).status, 410);
  const failing = await portal.ask();
  const theirs = await portal.signIn(failing, "gina");
  (await portal.users.disable(id, "test")).orThrow();
  const approval = portal.send(`${failing}/decision`, { form, cookie: theirs });
  await new Promise((resolve) => setTimeout(resolve));
  const ended = await portal.api(`/logins/${failing.split("/")[2]}`, undefined, "DELETE");
  assertEquals(ended.answer, { state: "refused" });
  await approval;
  assertEquals((await entries("session.opened")).length, before);
});

Deno.test("a key that somebody has already is bound to nobody else", async () => {
  const { portal, add } = await desk();
  await add("hugo");
  await add("iris");
  const key = KeyPair.generate("user");
  assertEquals((await portal.approve(await portal.ask(key), "hugo")).status, 200);
  const second = await portal.approve(await portal.ask(key), "iris");
  assertEquals(second.status, 409);
  assertStringIncludes(second.text, "has, or had, a session");
});

Deno.test("who is disabled does not get in, also between signing in and approving", async () => {
  const { portal, add } = await desk();
  const { id } = await add("jana");
  const path = await portal.ask();
  const cookie = await portal.signIn(path, "jana");
  (await portal.users.disable(id, "test")).orThrow();
  const form = { decision: "approve" };
  assertEquals((await portal.send(`${path}/decision`, { form, cookie })).status, 409);
  const again = await portal.send(path, { form: { name: "jana", password: PASSWORD } });
  assertEquals(again.status, 401);
});

Deno.test("a password that was ended between signing in and approving lets nobody in", async () => {
  const { portal, add } = await desk();
  const { id } = await add("greta");
  const other = `${PASSWORD} too`;
  for (
    const [password, end] of [
      [PASSWORD, () => portal.users.setPassword(id, other, "test")],
      [other, () => portal.users.invite(id, "password", "test")],
    ] as const
  ) {
    const path = await portal.ask();
    const cookie = await portal.signIn(path, "greta", password);
    (await end()).orThrow();
    const form = { decision: "approve" };
    assertEquals((await portal.send(`${path}/decision`, { form, cookie })).status, 409);
  }
});

Deno.test("guessing a password has to wait after five attempts, and the page says how long", async () => {
  const { portal, add } = await desk();
  await add("kim");
  const path = await portal.ask();
  const statuses: number[] = [];
  for (let attempt = 0; attempt < 6; attempt++) {
    const { status } = await portal.send(path, { form: { name: "kim", password: `${attempt}` } });
    statuses.push(status);
  }
  assertEquals(statuses, [401, 401, 401, 401, 401, 429]);
  const { text } = await portal.send(path, { form: { name: "kim", password: PASSWORD } });
  assertStringIncludes(text, "try again in");
});

Deno.test("names and labels from outside are text, whatever is in them", async () => {
  const { portal } = await desk();
  (await portal.users.add({ name: "lena", display: "<img src=x>", password: PASSWORD }, "test"))
    .orThrow();
  const contract = defineAppContract({}, () => ({
    id: "sly-app@v1",
    displayName: "<b>Bank</b>",
    description: "<script>alert(1)</script>\u202e",
    uses: { required: { desk: guarded.use({ rpc: { call: ["Desk.Read"] } }) } },
  }));
  const path = await portal.ask(undefined, { contract, device: '"><script>alert(2)</script>' });
  const cookie = await portal.signIn(path, "lena");
  const wrong = await portal.send(path, { form: { name: '"><script>', password: "" } });
  const pages = [await portal.send(path), await portal.send(path, { cookie }), wrong];
  for (const { text } of pages) {
    for (const raw of ["<script", "<img", "<b>", "\u202e"]) assertEquals(text.includes(raw), false);
  }
  assertStringIncludes(pages[1]?.text ?? "", "call rpc Desk.Read of desk@v1");
});

Deno.test("an admin approves an app once for all, another user is told who has to, and more is asked again", async () => {
  const { trellis, portal, add, entries } = await desk();
  await add("nora");
  await add("otto", { admin: true });
  const told = async () =>
    (await entries("contract.approved")).filter((entry) => entry?.subject === "notes-app@v1");
  const approvals = async () => (await told()).length;
  const notes = (call: ("Desk.Read" | "Desk.Refund")[]) =>
    defineAppContract({}, () => ({
      id: "notes-app@v1",
      displayName: "Notes",
      description: "Reads.",
      uses: { required: { desk: guarded.use({ rpc: { call } }) } },
    }));
  const small = notes(["Desk.Read"]);
  const key = KeyPair.generate("user");
  const asked = await portal.ask(undefined, { contract: small });
  const shown = await portal.send(asked, { cookie: await portal.signIn(asked, "nora") });
  assertStringIncludes(shown.text, "An admin has to approve this, too");
  const waits = await portal.approve(await portal.ask(key, { contract: small }), "nora");
  assertStringIncludes(waits.text, "An admin has to approve");
  assertEquals(await approvals(), 0);
  const decided = await portal.approve(await portal.ask(undefined, { contract: small }), "otto");
  assertStringIncludes(decided.text, "You are logged in");
  const [approval, ...others] = await told();
  assertEquals(others, []);
  // It is told when it is true.
  const { history } = (await trellis.authority.show("notes-app")).orThrow();
  const { outcome, at = "" } = history.at(-1) ?? {};
  assertEquals([outcome, at <= (approval?.at ?? "")], ["accepted", true]);
  const settings = { contract: small, trellisUrl: trellis.url, sessionKeySeed: key.seed };
  await using client = (await TrellisClient.connect(settings)).orThrow();
  await client.rpc.desk.read({ id: "1" }).orThrow();
  const again = await portal.approve(await portal.ask(undefined, { contract: small }), "nora");
  assertStringIncludes(again.text, "You are logged in");
  const more = await portal.ask(undefined, { contract: notes(["Desk.Read", "Desk.Refund"]) });
  const cookie = await portal.signIn(more, "otto");
  const { text } = await portal.send(more, { cookie });
  assertStringIncludes(text, "New: in your name it asks to");
  assertStringIncludes(text, "Desk.Refund");
  assertEquals(text.includes("Desk.Read"), false);
  assertStringIncludes(text, "Gives money back.");
});

Deno.test("an app does not ask in the place of a service, not even of one that still waits", async () => {
  const { trellis, portal, add } = await desk();
  await add("tom", { admin: true });
  const body = { displayName: "Mine", description: "Takes over." };
  const waiting = defineServiceContract({}, () => ({ id: "waiting@v1", ...body }));
  const options = { mode: "strict", by: "test" } as const;
  await trellis.authority.present([waiting], options);
  const before = (await trellis.authority.list()).orThrow();
  for (const id of ["desk@v1", "waiting@v1"] as const) {
    const contract = defineAppContract({}, () => ({ id, ...body }));
    const { status, text } = await portal.approve(await portal.ask(undefined, { contract }), "tom");
    assertEquals(status, 409);
    assertStringIncludes(text, "belongs to something that is no app");
  }
  assertEquals((await trellis.authority.list()).orThrow(), before);
});

Deno.test("a link lets somebody choose a password once, and a bad password does not use it up", async () => {
  const { portal, add, entries } = await desk();
  const { id } = await add("pia");
  const { token } = (await portal.users.invite(id, "password", "test")).orThrow();
  const path = `/password/${token}`;
  assertStringIncludes((await portal.send(path)).text, "pia");
  const chosen = "a much better password";
  const post = (password: string, again = password) =>
    portal.send(path, { form: { password, again } });
  assertEquals((await post("short")).status, 400);
  assertEquals((await post(chosen, "another password")).status, 400);
  assertEquals((await post(chosen)).status, 200);
  assertEquals((await post(chosen)).status, 410);
  assertEquals((await portal.send(path)).status, 410);
  const twice = (await entries("login.failed")).map((entry) => entry?.details);
  assertEquals(twice.at(-1), { name: "pia", reason: "password link used twice" });
  await portal.signIn(await portal.ask(), "pia", chosen);
});

Deno.test("one address asks for so many logins at once, and takes no place of another", async () => {
  const { portal } = await desk();
  const key = KeyPair.generate("user");
  for (let count = 0; count < 50; count++) await portal.ask(key);
  assertEquals((await portal.api("/logins", await portal.request(key))).status, 429);
  portal.address = "10.9.9.9";
  await portal.ask(key);
  assertEquals(portal.failures, []);
});
