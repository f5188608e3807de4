import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { KeyPair } from "../../contracts/identity/key_pair.ts";
import { sessionOf } from "../../contracts/identity/caller.ts";
import { readAuditEntry } from "../../reconcile/audit/audit_entry.ts";
import { NatsSessionStore } from "../../runtime/platform/nats/nats_session_store.ts";
import {
  LocalOidcProvider,
  type ProviderPerson,
} from "../../tests/support/platform/local_oidc_provider.ts";
import {
  ORIGIN,
  type Page,
  PAGE_ORIGIN,
  PASSWORD,
  PortalDesk,
} from "../../tests/support/platform/portal_desk.ts";
import { app } from "../../tests/support/platform/desk.ts";
import { SecuredTrellis } from "../../tests/support/platform/secured_trellis.ts";
import { shared } from "../../tests/support/shared.ts";
import { OidcProvider } from "../oidc/oidc_provider.ts";

/** One server and one provider for all: each test has people of its own. */
const server = shared(() => SecuredTrellis.start());
const provider = shared(() => LocalOidcProvider.start(["local", "open"]));

async function desk() {
  const [trellis, local] = await Promise.all([server(), provider()]);
  const { issuer, clientId, clientSecret } = local;
  const settings = { issuer, clientId, title: "Example <b>" };
  const portal = new PortalDesk(trellis, [
    new OidcProvider({ ...settings, name: "local" }, clientSecret),
    new OidcProvider({
      ...settings,
      name: "open",
      createUsers: { emailDomains: ["example.com"] },
    }, clientSecret),
  ]);
  local.person = undefined;
  return { trellis, local, portal };
}

type Desk = Awaited<ReturnType<typeof desk>>;

/** Begins at a provider, and answers where it sends the browser back to, with what the browser keeps. */
async function visit(
  { portal, local }: Desk,
  link: Readonly<Record<string, string>>,
  name = "local",
) {
  const begun = await portal.send(`/oidc/${name}/begin`, { form: link });
  assertEquals(begun.status, 200, begun.text);
  const url = begun.headers.get("Refresh")?.replace("0; url=", "") ?? "";
  const back = await local.follow(url);
  return { path: `${back.pathname}${back.search}`, cookie: cookieOf(begun), begun, url };
}

function cookieOf({ headers }: Page): string {
  return headers.get("Set-Cookie")?.split(";")[0] ?? "";
}

async function signIn(desk: Desk, link: Readonly<Record<string, string>>, name?: string) {
  const { path, cookie } = await visit(desk, link, name);
  return await desk.portal.send(path, { cookie });
}

function loginOf(path: string) {
  return { login: path.split("/")[2] ?? "" };
}

/** Adds somebody who signs in by the provider from now on, by a link that they were given. */
async function invited(desk: Desk, name: string, person: ProviderPerson, admin?: true) {
  const { portal, local } = desk;
  local.person = person;
  const user = (await portal.users.add({ name, admin }, "test")).orThrow();
  const { token } = (await portal.users.invite(user.id, "password", "test")).orThrow();
  const saved = await signIn(desk, { invitation: token });
  assertStringIncludes(saved.text, `${name} can log in now`);
  return { user, token };
}

Deno.test("a login request goes by the provider of an invited user to a session that is bound", async () => {
  const found = await desk();
  const { trellis, local, portal } = found;
  const { user, token } = await invited(found, "ada", { sub: "ada" }, true);
  const again = await portal.send("/oidc/local/begin", { form: { invitation: token } });
  assertEquals(again.status, 410);
  const key = KeyPair.generate("user");
  const path = await portal.ask(key);
  assertStringIncludes((await portal.send(path)).text, "Go on with Example &lt;b&gt;");
  const back = await signIn(found, loginOf(path));
  // The cookie of the login is Strict, and does not travel along a redirect that another site began.
  assertEquals([back.status, back.headers.get("Refresh")], [200, `0; url=${path}`]);
  const cookies = back.headers.getSetCookie();
  const cookie = cookies.find((text) => text.startsWith("trellis_login="))?.split(";")[0];
  assertMatch(cookies.join("\n"), /trellis_login=[^\n]*HttpOnly; SameSite=Strict/);
  assertStringIncludes((await portal.send(path, { cookie })).text, "may do everything");
  const done = await portal.send(`${path}/decision`, { form: { decision: "approve" }, cookie });
  assertStringIncludes(done.text, "You are logged in");
  const sessions = await NatsSessionStore.open(trellis.messaging.connection);
  const session = await sessions.get(sessionOf(key.publicKey));
  assertEquals(session?.principal, { kind: "admin", id: user.id });
  const told = (await trellis.platform.audit.read()).orThrow().map(readAuditEntry)
    .filter((entry) => entry?.subject === `user:${user.id}`)
    .map((entry) => `${entry?.kind} ${Object.values(entry?.details ?? {}).join(" ")}`);
  assertEquals(told.slice(-3), [
    `user.changed ada identity, by link ${local.issuer} ada`,
    "login.failed ada password link used twice",
    `login.succeeded ada ${portal.address} local`,
  ]);
  const enter = await trellis.server.open(key);
  assertEquals(enter.isOk(), true);
});

Deno.test("whoever nobody invited stays out, also with the address of somebody here; the settings let others in", async () => {
  const found = await desk();
  const { portal, local } = found;
  (await portal.users.add({ name: "bob", password: PASSWORD }, "test")).orThrow();
  local.person = { sub: "bob", name: "Bob", email: "bob@example.com", email_verified: true };
  const link = async () => loginOf(await portal.ask());
  const stranger = await signIn(found, await link());
  assertEquals(stranger.status, 403);
  assertStringIncludes(stranger.text, "Nobody here signs in by this account");
  assertEquals(cookieOf(stranger).startsWith("trellis_login"), false);
  // The password form is still there.
  assertStringIncludes(stranger.text, 'type="password"');
  assertEquals((await signIn(found, await link(), "open")).status, 200);
  const names = (await portal.users.list()).orThrow().map(({ name }) => name);
  assertEquals(names.filter((name) => name.startsWith("bob")), ["bob", "bob-2"]);
  local.person = { sub: "mallory", email: "mallory@example.com" };
  const unverified = await signIn(found, await link(), "open");
  assertEquals(unverified.status, 403);
  assertStringIncludes(unverified.text, "your e-mail address is yours");
});

Deno.test("whoever is disabled stays out", async () => {
  const found = await desk();
  const { user } = await invited(found, "cleo", { sub: "cleo" });
  (await found.portal.users.disable(user.id, "test")).orThrow();
  const out = await signIn(found, loginOf(await found.portal.ask()));
  assertEquals(out.status, 403);
  assertEquals(cookieOf(out).startsWith("trellis_login"), false);
});

Deno.test("an answer counts once, in the browser that began, for its provider, and for ten minutes", async () => {
  const found = await desk();
  const { portal } = found;
  await invited(found, "dora", { sub: "dora" });
  const link = loginOf(await portal.ask());
  const { path, cookie, begun, url } = await visit(found, link);
  for (const part of ["HttpOnly", "SameSite=Lax", "Path=/oidc", "Max-Age=600"]) {
    assertStringIncludes(begun.headers.get("Set-Cookie") ?? "", part);
  }
  const asked = new URL(url).searchParams;
  assertEquals(asked.get("redirect_uri"), `${ORIGIN}/oidc/local/callback`);
  assertEquals([asked.get("response_type"), asked.get("code_challenge_method")], ["code", "S256"]);
  const refused = {
    "no cookie": await portal.send(path),
    "the cookie of another browser": await portal.send(path, { cookie: "trellis_oidc=x" }),
    "another provider": await portal.send(path.replace("local", "open"), { cookie }),
    "an unknown state": await portal.send(path.replace(/state=[^&]*/, "state=x"), { cookie }),
    "no state": await portal.send("/oidc/local/callback?code=x", { cookie }),
  };
  for (const [what, { status, text }] of Object.entries(refused)) {
    assertEquals(status, 410, what);
    assertStringIncludes(text, "does not count any more");
  }
  // None of them has used it up. Two at once: a doubled callback.
  const both = await Promise.all([portal.send(path, { cookie }), portal.send(path, { cookie })]);
  assertEquals(both.map(({ status }) => status).sort(), [200, 410]);
  const late = await visit(found, loginOf(await portal.ask()));
  portal.ahead += 10 * 60_000;
  assertEquals((await portal.send(late.path, { cookie: late.cookie })).status, 410);
});

Deno.test("an answer that was changed on its way, or that somebody else's code is in, proves nothing", async () => {
  const found = await desk();
  const { portal } = found;
  await invited(found, "eva", { sub: "eva" });
  const other = await visit(found, loginOf(await portal.ask()));
  const changed = async (change: (query: URLSearchParams) => void) => {
    const { path, cookie } = await visit(found, loginOf(await portal.ask()));
    const back = new URL(path, ORIGIN);
    change(back.searchParams);
    const page = await portal.send(`${back.pathname}${back.search}`, { cookie });
    assertEquals(cookieOf(page).startsWith("trellis_login"), false);
    return page;
  };
  const code = new URL(other.path, ORIGIN).searchParams.get("code") ?? "";
  assertEquals((await changed((query) => query.set("code", code))).status, 401);
  assertEquals((await changed((query) => query.set("iss", "https://evil.example"))).status, 401);
  const html = await changed((query) => {
    query.delete("code");
    query.set("error", "<script>");
    query.set("error_description", "<script>alert(1)</script>");
  });
  assertEquals(html.status, 503);
  assertEquals(html.text.includes("<script"), false);
  assertEquals(portal.failures.length, 3);
  assertEquals(String(portal.failures).includes("<script"), false);
});

Deno.test("a person who refuses, and a provider that is down, leave the way of the password", async () => {
  const found = await desk();
  const { portal, local } = found;
  (await portal.users.add({ name: "finn", password: PASSWORD }, "test")).orThrow();
  const path = await portal.ask();
  const refused = await signIn(found, loginOf(path));
  assertEquals(refused.status, 401);
  assertStringIncludes(refused.text, "You were not signed in by Example &lt;b&gt;");
  const { path: back, cookie } = await visit(found, loginOf(path));
  // Where the addresses of the provider are not known yet.
  const { portal: fresh } = await desk();
  const form = loginOf(await fresh.ask());
  local.isDown = true;
  const down = [
    await fresh.send("/oidc/local/begin", { form }),
    await portal.send(back.replace(/error=[^&]*/, "code=x"), { cookie }),
  ];
  local.isDown = false;
  for (const { status, text } of down) {
    assertEquals(status, 503);
    assertStringIncludes(text, "cannot be reached");
    assertStringIncludes(text, 'type="password"');
  }
  await portal.signIn(path, "finn");
});

Deno.test("nobody begins from another page, without a link that is good, or at a provider that is not set up", async () => {
  const { portal } = await desk();
  const path = await portal.ask();
  const begin = (form: Readonly<Record<string, string>>, origin?: string, name = "local") =>
    portal.send(`/oidc/${name}/begin`, { form, ...(origin === undefined ? {} : { origin }) });
  assertEquals((await begin(loginOf(path), "http://evil.example")).status, 403);
  assertEquals((await begin({ login: "x" })).status, 404);
  assertEquals((await begin({ invitation: "x" })).status, 410);
  assertEquals((await begin({ return: "https://evil.example" })).status, 404);
  assertEquals((await begin(loginOf(path), undefined, "other")).status, 404);
  assertEquals((await portal.send("/oidc/other/callback?state=x")).status, 404);
  assertEquals((await portal.send("/oidc/local/callback", { host: "evil.example" })).status, 421);
});

Deno.test("a login that a page has begun goes on by a provider in the same browser only", async () => {
  const found = await desk();
  const { portal } = found;
  await invited(found, "pat", { sub: "pat" }, true);
  const request = { ...await portal.request(undefined, { contract: app }), returnTo: PAGE_ORIGIN };
  const asked = await portal.send("/api/logins", {
    body: JSON.stringify(request),
    origin: PAGE_ORIGIN,
  });
  const begin = new URL(JSON.parse(asked.text).url).pathname;
  const begun = await portal.send(begin, { form: {}, origin: PAGE_ORIGIN });
  const link = loginOf(begin);
  const path = `/login/${link.login}`;
  const back = await signIn(found, link);
  assertEquals(back.headers.get("Refresh"), `0; url=${path}`);
  const signedIn = back.headers.getSetCookie()
    .find((text) => text.startsWith("trellis_login="))?.split(";")[0];
  // Whoever was given the link signs in, and decides nothing.
  const form = { decision: "approve" };
  const passedOn = await portal.send(`${path}/decision`, { form, cookie: signedIn });
  assertEquals(passedOn.status, 403);
  const cookie = `${signedIn}; ${cookieOf(begun)}`;
  assertStringIncludes((await portal.send(path, { cookie })).text, PAGE_ORIGIN);
  const done = await portal.send(`${path}/decision`, { form, cookie });
  assertEquals(done.headers.get("Refresh"), `0; url=${PAGE_ORIGIN}/`);
});
