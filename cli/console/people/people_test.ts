import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { KeyPair } from "../../../contracts/identity/key_pair.ts";
import { deviceKey } from "../../../contracts/identity/device_key.ts";
import { sessionOf } from "../../../contracts/identity/caller.ts";
import { defineServiceContract, TrellisClient } from "../../../mod.ts";
import { type AuditEntry, readAuditEntry } from "../../../reconcile/audit/audit_entry.ts";
import { keepPortalAddress } from "../../../reconcile/nats/users/portal_address.ts";
import { appFor, posted } from "../../../tests/support/console/console_app.ts";
import { personVisitor } from "../../../tests/support/console/person_visitor.ts";
import { provision } from "../../../tests/support/deployed.ts";
import { agent, device, guarded, serveGuarded } from "../../../tests/support/platform/desk.ts";
import { SecuredTrellis } from "../../../tests/support/platform/secured_trellis.ts";
import { notesV1 } from "../../../tests/support/platform/state_contracts.ts";
import { stateUser } from "../../../tests/support/platform/state_user.ts";
import { shared } from "../../../tests/support/shared.ts";
import { TrellisServer } from "../../../tests/support/trellis_server.ts";
import { until } from "../../../tests/support/until.ts";
import { openConsoleFor } from "../../../tests/support/console/open_server_visitor.ts";
import { peopleRoutes } from "./people_routes.tsx";

const PASSWORD = "four small words";
const HOSTILE = '<img src=x onerror="alert(1)">';

/** A capability whose words are written to hurt. */
const hostile = defineServiceContract({}, () => ({
  id: "hostile@v1",
  displayName: HOSTILE,
  description: HOSTILE,
  capabilities: { "hostile.act": { displayName: HOSTILE, description: HOSTILE } },
}));

/** A person in front of the Console of a secured server, with what they see and do. */
const share = shared(async () => {
  const trellis = await SecuredTrellis.start();
  const { platform, messaging, authority } = trellis;
  await serveGuarded(await trellis.deploy(guarded));
  for (const contract of [device, agent, hostile, notesV1]) await provision(authority, contract);
  (await keepPortalAddress(messaging.connection, "http://127.0.0.1:1")).orThrow();
  const { users } = platform;
  const asked = { name: "root", admin: true, password: PASSWORD };
  const root = (await users.add(asked, "test")).orThrow();
  const visitor = await personVisitor(trellis, root);
  const app = appFor(visitor, "/people", peopleRoutes());
  const read = async (path: string, form?: Readonly<Record<string, string>>) => {
    const response = await app.request(`/people${path}`, form && posted(form));
    const location = response.headers.get("Location");
    return { status: response.status, html: await response.text(), location, response };
  };
  return {
    trellis,
    users,
    root,
    visitor,
    app,
    read,
    /** Looks at what an action means, then does it. */
    async act(path: string, form: Readonly<Record<string, string>> = {}) {
      const before = await read(path);
      assertEquals([before.status, before.html.includes("What changes")], [200, true], before.html);
      const done = await read(path.replace(/\?.*/, ""), form);
      assertEquals(done.status, 303, done.html);
      return before.html;
    },
    add: async (name: string) => (await users.add({ name, password: PASSWORD }, "test")).orThrow(),
    /** What the visitor has done to somebody, as the audit tells it. */
    async told(subject: string): Promise<readonly AuditEntry[]> {
      return (await platform.audit.read()).orThrow().flatMap((text) => readAuditEntry(text) ?? [])
        .filter((entry) => entry.subject === subject && entry.by === `admin:${root.id}`);
    },
    async [Symbol.asyncDispose]() {
      await visitor[Symbol.asyncDispose]();
      await trellis[Symbol.asyncDispose]();
    },
  };
});

Deno.test("a user is added with a link that is shown once, and found again", async () => {
  const { read, users, told } = await share();
  assertStringIncludes((await read("/users/new")).html, "shown once");
  const added = await read("/users", { name: "ada", display: "Ada Lovelace" });
  assertEquals(added.status, 200);
  const ada = (await users.find("ada")).orThrow();
  assertEquals([ada.display, ada.admin], ["Ada Lovelace", undefined]);
  const [, token = ""] = added.html.match(/http:\/\/127\.0\.0\.1:1\/password\/([\w-]+)/) ?? [];
  assertEquals((await users.peek(token, "password")).orThrow().id, ada.id);
  assertEquals(added.response.headers.get("Cache-Control"), "no-store");
  assertEquals((await told(`user:${ada.id}`)).map(({ kind }) => kind), [
    "user.added",
    "user.changed",
  ]);
  for (const query of ["ADA", "lovel", ada.id]) {
    assertStringIncludes((await read(`/users?q=${query}`)).html, `/people/users/${ada.id}"`);
  }
  assert(!(await read("/users?q=nobody")).html.includes(ada.id));
  const again = await read("/users", { name: "ada", display: "Another <b>" });
  assertEquals(again.status, 409);
  assertStringIncludes(again.html, "there is a user ada already");
  assertStringIncludes(again.html, 'value="Another &lt;b>"');
});

Deno.test("each change of a user is confirmed first, and told under the visitor's name", async () => {
  const { act, add, read, users, told, trellis, visitor } = await share();
  const { id } = await add("bob");
  const session = async () =>
    (await trellis.platform.openUserSession({ principal: { kind: "user", id } })).orThrow();
  const { seed = "" } = await session();
  (await trellis.server.open(KeyPair.fromSeed("user", seed)!)).orThrow();
  const page = async () => (await read(`/users/${id}`)).html;
  await until(async () => (await page()).includes("1 connection"), "the connection is shown");

  assertStringIncludes(await act(`/users/${id}/disable`), "1 session of theirs");
  assertEquals(visitor.takeSaid(), [{ kind: "done", text: "Disabled bob" }]);
  await until(async () => (await page()).includes("not connected"), "it is shut out");
  assertEquals((await read(`/users/${id}/disable`)).status, 422);
  await act(`/users/${id}/enable`);
  await act(`/users/${id}/give-admin`);
  assertStringIncludes(await page(), "everything");
  await act(`/users/${id}/take-admin`);
  await act(`/users/${id}/revoke-sessions`);
  assertMatch(await page(), /badge danger">revoked/);
  const form = await read(`/users/${id}/rename`);
  assertStringIncludes(form.html, 'value="bob"');
  assertEquals((await read(`/users/${id}/rename`, { name: "Bob B" })).status, 422);
  assertEquals((await read(`/users/${id}/rename`, { name: "robert" })).status, 303);
  const reset = await read(`/users/${id}/reset-password`, {});
  assertStringIncludes(reset.html, "/password/");
  assertEquals((await users.find(id)).orThrow().password, undefined);

  const wrong = await read(`/users/${id}/remove`, { typed: "bob" });
  assertEquals([wrong.status, wrong.html.includes("nothing was done")], [422, true]);
  await act(`/users/${id}/remove`, { typed: "robert" });
  assertEquals((await read(`/users/${id}`)).status, 404);
  const changes = (await told(`user:${id}`)).map(({ kind, details }) =>
    [kind, details?.change ?? ""].join(" ").trim()
  );
  assertEquals(changes, [
    "user.disabled",
    "user.enabled",
    "user.changed admin",
    "user.changed admin",
    "session.revoked",
    "user.changed renamed to",
    "user.changed password link",
    "user.disabled",
    "user.removed",
  ]);
});

Deno.test("nobody shuts themselves out half-way, and the last admin stays", async () => {
  const { read, root, users, add } = await share();
  const answers = [
    ["take-admin", "another admin"],
    ["remove", "another admin"],
    ["disable", "the last admin who can log in"],
  ] as const;
  for (const [action, answer] of answers) {
    const refused = await read(`/users/${root.id}/${action}`, { typed: "root" });
    assertEquals([refused.status, refused.html.includes(answer)], [422, true]);
  }
  const { id } = await add("zoe");
  (await users.giveAdmin(id, "test")).orThrow();
  assertStringIncludes((await read(`/users/${root.id}/disable`)).html, "This is you");
  // The other admin cannot log in until they have chosen a password.
  (await users.invite(root.id, "password", "test")).orThrow();
  for (const action of ["take-admin", "disable", "remove"]) {
    const looked = await read(`/users/${id}/${action}`);
    assertEquals([looked.status, looked.html.includes("the last admin who can log in")], [
      422,
      true,
    ]);
    assertEquals((await read(`/users/${id}/${action}`, { typed: "zoe" })).status, 422);
  }
  const { admin, disabledAt } = (await users.find(id)).orThrow();
  assertEquals([admin, disabledAt], [true, undefined]);
  (await users.setPassword(root.id, PASSWORD, "test")).orThrow();
  (await users.takeAdmin(id, "test")).orThrow();
});

Deno.test("grants are given and taken after a look at what they mean, to people and groups", async () => {
  const { act, add, read, trellis, root } = await share();
  const { id } = await add("eva");
  const key = "desk::desk.refund";
  const found = await read("/grants/give?who=user:eva&name=desk.refund");
  assertEquals([found.status, found.location], [
    303,
    `/people/grants/user/${id}/add?name=desk.refund`,
  ]);
  assertEquals((await read("/grants/give?who=user:nobody-there!&name=x")).status, 404);
  const looked = await act(`/grants/user/${id}/add?name=desk.refund`, { name: "desk.refund" });
  assertStringIncludes(looked, "Gives money back.");
  assertStringIncludes((await read(`/users/${id}`)).html, "Refund");
  await act("/grants/group/support/add?name=desk.close", { name: "desk.close" });
  await act(`/grants/user/${id}/add?name=group:support`, { name: "group:support" });
  const group = (await read("/grants/group/support")).html;
  assertStringIncludes(group, `/people/users/${id}`);
  assertStringIncludes((await read("/grants?q=refund")).html, ">eva<");
  const took = await act(`/grants/user/${id}/remove?name=${key}`, { name: key });
  assertStringIncludes(took, "shut out");
  const holder = { kind: "user", id } as const;
  const { store } = trellis.platform.access;
  const history = (await store.history(holder)).orThrow();
  assertEquals(history.map(({ change: { by, added, removed } }) => [by, added, removed]), [
    [`admin:${root.id}`, [key], []],
    [`admin:${root.id}`, ["group:support"], []],
    [`admin:${root.id}`, [], [key]],
  ]);
  assert(history.every(({ signature }) => signature !== undefined));
  const unknown = await read(`/grants/user/${id}/add`, { name: "no.such" });
  assertEquals([unknown.status, unknown.html.includes("no accepted contract declares")], [
    404,
    true,
  ]);
});

Deno.test("a device is provisioned with a secret that is shown once, reviewed, and revoked", async () => {
  const { act, read, told, trellis } = await share();
  assertStringIncludes((await read("/devices/new")).html, device.id);
  const added = await read("/devices", { contract: device.id, keys: "" });
  const [, secret = ""] = added.html.match(/<code>([\w-]{43})<\/code>/) ?? [];
  const key = deviceKey(secret);
  const name = sessionOf(key.publicKey);
  assertStringIncludes(added.html, `/people/devices/${name}/activate`);
  assert(!(await read(`/devices/${name}`)).html.includes(secret));
  const review = await act(`/devices/${name}/activate`);
  for (const said of [key.publicKey, "Desk.Refund", "not held"]) assertStringIncludes(review, said);
  const client = await TrellisClient.connect({
    contract: device,
    trellisUrl: trellis.url,
    sessionKeySeed: key.seed,
  }).orThrow();
  await until(
    async () => (await read(`/devices?q=${name}`)).html.includes("connected"),
    "it is connected",
  );
  await act(`/devices/${name}/revoke`);
  await until(async () => (await client.rpc.desk.read({ id: "1" })).isErr(), "it is closed");
  await client.close();
  assertEquals((await told(`device:${name}`)).map(({ kind }) => kind), [
    "session.opened",
    "session.activated",
    "session.revoked",
  ]);
  const again = await read("/devices", { contract: device.id, keys: key.publicKey });
  assertEquals([again.status, again.html.includes("make a new key")], [422, true]);
  const wrong = await read("/devices", { contract: device.id, keys: key.seed });
  assertEquals(wrong.status, 422);
  assertEquals((await read("/devices/nothing")).status, 404);
});

Deno.test("an agent is let in for a person, on whose page it stands, and revoked", async () => {
  const { act, add, read, told } = await share();
  const { id } = await add("gil");
  const form = { contract: agent.id, name: "helper", person: "gil", keys: "" };
  const added = await read("/agents", form);
  assertMatch(added.html, /<code>SU[A-Z0-9]{56}<\/code>/);
  assertStringIncludes((await read(`/users/${id}`)).html, "/people/agents/helper");
  assertStringIncludes((await read(`/users/${id}/disable`)).html, "the agent helper");
  const twice = await read("/agents", form);
  assertEquals([twice.status, twice.html.includes("there is an agent helper")], [409, true]);
  const nobody = await read("/agents", { ...form, name: "x", person: "nobody" });
  assertEquals([nobody.status, nobody.html.includes('value="nobody"')], [404, true]);
  await act("/agents/helper/revoke");
  assertEquals((await told("agent:helper")).map(({ kind }) => kind), [
    "session.opened",
    "session.revoked",
  ]);
});

Deno.test("a session is found, and ends after a look at what that means", async () => {
  const { act, add, read, told, trellis } = await share();
  const { id } = await add("hal");
  const { session, seed = "" } = (await trellis.platform
    .openUserSession({ principal: { kind: "user", id } })).orThrow();
  assertStringIncludes((await read("/sessions?q=hal")).html, session);
  const page = async () => (await read(`/sessions/${session}`)).html;
  assertStringIncludes(await page(), "not connected");
  const connection = (await trellis.server.open(KeyPair.fromSeed("user", seed)!)).orThrow();
  const closed = Promise.withResolvers<void>();
  (async () => {
    for await (const { type } of connection.status()) if (type === "disconnect") closed.resolve();
  })();
  await until(async () => (await page()).includes("/disconnect"), "it is connected");
  assertStringIncludes((await read("/sessions?q=live")).html, session);
  assertEquals((await read("/sessions?q=away")).html.includes(session), false);
  assertStringIncludes((await read("/users?q=hal")).html, "1 open, 1 connected");
  await act(`/sessions/${session}/disconnect`);
  await closed.promise;
  await act(`/sessions/${session}/revoke`);
  assertEquals((await read(`/sessions/${session}/revoke`)).status, 422);
  assertEquals((await told(`user:${id}`)).map(({ kind }) => kind), [
    "session.disconnected",
    "session.revoked",
  ]);
});

Deno.test("an instance of a service is let in with a secret that is shown once", async () => {
  const { read, told } = await share();
  const form = { deployment: "desk", publicKey: "" };
  const added = await read("/sessions/new", form);
  const [seed = ""] = added.html.match(/SU[A-Z0-9]{56}/) ?? [];
  const key = KeyPair.fromSeed("user", seed);
  assertStringIncludes(added.html, `/people/sessions/${sessionOf(key!.publicKey)}`);
  assertEquals((await told("service:desk")).map(({ kind }) => kind), ["session.opened"]);
  const again = await read("/sessions/new", { ...form, publicKey: key!.publicKey });
  assertEquals([again.status, again.html.includes("make a new key")], [422, true]);
  assertEquals((await read("/sessions/new", { ...form, deployment: "nobody" })).status, 404);
});

Deno.test("what apps keep of a person is said before they are removed, and how it is deleted", async () => {
  const { add, read, trellis } = await share();
  const { id } = await add("ida");
  await using user = await stateUser(trellis, { kind: "user", id }, notesV1);
  await user.written({ store: "drafts", key: "a", value: { title: "one" } });
  const { html } = await read(`/users/${id}/remove`);
  assertStringIncludes(html, "1 entry in drafts of acme.notes@v1");
  assertStringIncludes(html, `state ls --user ${id} --contract acme.notes@v1 --store drafts`);
  assertStringIncludes((await read(`/users/${id}`)).html, `store=drafts&amp;holder=${id}`);
});

Deno.test("the audit is found by person and kind, page by page, and tells what happens while it does", async () => {
  const { add, app, read, users, visitor } = await share();
  const { id } = await add("kim");
  for (let i = 0; i < 30; i++) {
    await users.disable(id, "test");
    await users.enable(id, "test");
  }
  const about = await read("/audit?about=kim&kind=user");
  assertStringIncludes(about.html, "1 to 50 of 61 entries");
  assertStringIncludes(about.html, "offset=50");
  const [last] = (await read("/audit?about=kim&offset=50")).html.match(/51 to 61 of 61/) ?? [];
  assert(last !== undefined);
  assert(!(await read("/audit?about=kim&kind=session")).html.includes("user.disabled"));
  const stream = await app.request("/people/audit/live?about=kim");
  const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
  let seen = "";
  const shows = async (text: string) => {
    while (!seen.includes(text)) seen += (await reader.read()).value ?? "";
  };
  await shows("user.enabled");
  (await users.rename(id, "kimberly", visitor.by)).orThrow();
  await shows("renamed to");
  await reader.cancel();
});

Deno.test("hostile names are text on every page", async () => {
  const { add, read, trellis, users } = await share();
  const shown = (await users.add({ name: "mallory", display: HOSTILE }, HOSTILE)).orThrow();
  const { id } = await add("nora");
  const holder = { kind: "user", id } as const;
  const change = { action: "add", holder, names: ["hostile::hostile.act"], by: HOSTILE } as const;
  (await trellis.platform.access.change(change)).orThrow();
  const pages = [
    ...["/users", `/users?q=${encodeURIComponent(HOSTILE)}`, `/users/${shown.id}`, `/users/${id}`],
    ...["/grants", `/grants/user/${id}`, "/audit", `/audit?by=${encodeURIComponent(HOSTILE)}`],
    `/grants/user/${id}/add?name=${encodeURIComponent(HOSTILE)}`,
    `/grants/user/${id}/remove?name=hostile::hostile.act`,
    ...["/devices", "/devices/new", "/agents/new", "/sessions"],
    `/agents/new?name=${encodeURIComponent(HOSTILE)}`,
  ];
  for (const path of pages) {
    const { html, status } = await read(path);
    assertEquals([status, html.includes("<img")], [200, false], path);
  }
  const refused = await read("/users", { name: HOSTILE, display: HOSTILE });
  assertEquals([refused.status, refused.html.includes("<img")], [422, false]);
});

Deno.test("on a server that lets in everybody there are no people, and it is said what to do", async () => {
  await using server = await TrellisServer.start();
  await using visitor = await openConsoleFor(server);
  const app = appFor(visitor, "/people", peopleRoutes());
  for (const path of ["users", "devices", "agents", "sessions"]) {
    const page = await (await app.request(`/people/${path}`)).text();
    assertStringIncludes(page, "lets in everybody");
    assertStringIncludes(page, "infra config");
  }
  assertEquals((await app.request("/people/grants")).status, 200);
  assertEquals((await app.request("/people/audit")).status, 200);
});
