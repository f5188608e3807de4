import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { KeyPair } from "../../contracts/identity/key_pair.ts";
import { app, guarded, serveGuarded } from "../../tests/support/platform/desk.ts";
import {
  ORIGIN,
  PAGE_ORIGIN,
  PASSWORD,
  PortalDesk,
  type RequestOptions,
} from "../../tests/support/platform/portal_desk.ts";
import { SecuredTrellis } from "../../tests/support/platform/secured_trellis.ts";
import { shared } from "../../tests/support/shared.ts";

const HERE = `${PAGE_ORIGIN}/orders?tab=2#top`;
const FOREIGN = ["https://evil.example", "http://app.example.com", `${PAGE_ORIGIN}:444`, "null"];

const started = shared(async () => {
  const trellis = await SecuredTrellis.start();
  await serveGuarded(await trellis.deploy(guarded));
  return trellis;
});

async function desk(name: string) {
  const portal = new PortalDesk(await started());
  (await portal.users.add({ name, password: PASSWORD, admin: true }, "test")).orThrow();
  const fromPage = (path: string, body: object, origin: string | null = PAGE_ORIGIN) =>
    portal.send(path, { body: JSON.stringify(body), origin });
  /** Has a page ask for a login, and answers the login and the path where its browser begins it. */
  const ask = async (more: object = {}, key = KeyPair.generate("user")) => {
    const asked = { ...await portal.request(key, { contract: app }), returnTo: HERE, ...more };
    const { status, text } = await fromPage("/api/logins", asked);
    const answer: Readonly<Record<string, string>> = JSON.parse(text);
    return { status, answer, id: answer.id ?? "", path: new URL(answer.url ?? ORIGIN).pathname };
  };
  const begin = async (path: string, options: RequestOptions = {}) => {
    const { status, headers, text } = await portal.send(path, {
      form: {},
      origin: PAGE_ORIGIN,
      ...options,
    });
    return { status, text, cookie: headers.get("Set-Cookie") ?? "" };
  };
  return { portal, fromPage, ask, begin };
}

Deno.test("pages of the allowed origins ask for logins, by preflights, and without cookies", async () => {
  const { portal, ask } = await desk("ada");
  const method = "OPTIONS";
  const preflight = await portal.send("/api/logins", { method, origin: PAGE_ORIGIN });
  assertEquals(preflight.status, 204);
  const allowed = (name: string) => preflight.headers.get(`Access-Control-Allow-${name}`);
  assertEquals(
    [allowed("Origin"), allowed("Methods"), allowed("Headers"), allowed("Credentials")],
    [
      PAGE_ORIGIN,
      "GET,POST,DELETE",
      "Content-Type",
      null,
    ],
  );
  const { status, id } = await ask();
  assertEquals(status, 201);
  const state = await portal.send(`/api/logins/${id}`, { origin: PAGE_ORIGIN });
  assertEquals(JSON.parse(state.text), { state: "waiting" });
  assertEquals(state.headers.get("Access-Control-Allow-Origin"), PAGE_ORIGIN);
  assertStringIncludes(state.headers.get("Vary") ?? "", "Origin");
});

Deno.test("pages of other origins are refused: they ask nothing and read nothing", async () => {
  const { portal, fromPage, ask } = await desk("bob");
  const { id } = await ask();
  for (const origin of FOREIGN) {
    const answers = [
      await portal.send("/api/logins", { method: "OPTIONS", origin }),
      await fromPage("/api/challenges", {}, origin),
      await fromPage("/api/logins", await portal.request(), origin),
      await portal.send(`/api/logins/${id}`, { origin }),
      await portal.send(`/api/logins/${id}`, { origin, method: "DELETE" }),
    ];
    for (const { status, headers } of answers) {
      assertEquals(status, 403, origin);
      assertEquals(headers.get("Access-Control-Allow-Origin"), null);
    }
  }
  // What an allowed page may do ends at what programs may: forms for people are not for it.
  const form = { name: "bob", password: PASSWORD };
  for (const path of [`/login/${id}`, "/oidc/any/begin", "/first-admin/any"]) {
    assertEquals((await portal.send(path, { form, origin: PAGE_ORIGIN })).status, 403, path);
  }
});

Deno.test("a browser comes back to the page that sent it only, whatever that asks for", async () => {
  const { ask } = await desk("cleo");
  const refused = [
    "https://evil.example/",
    "//evil.example/",
    "/relative",
    "javascript:alert(1)",
    `blob:${PAGE_ORIGIN}/1`,
    "data:text/html,x",
    `https://app.example.com@evil.example/`,
    `https://user:secret@app.example.com/`,
    `http://app.example.com/`,
    `${PAGE_ORIGIN}.evil.example/`,
    `${PAGE_ORIGIN}/${"a".repeat(3000)}`,
    "",
    42,
    null,
  ];
  for (const returnTo of refused) {
    const { status, answer } = await ask({ returnTo });
    assertEquals([status, answer.code], [400, "bad_request"], `${returnTo}`.slice(0, 60));
    assertStringIncludes(answer.message ?? "", "returnTo");
  }
  // What would end the header is escaped.
  const { status } = await ask({ returnTo: `${PAGE_ORIGIN}/a\r\nSet-Cookie: x` });
  assertEquals(status, 201);
});

Deno.test("a program has no page to come back to, and a page gets no login without a contract", async () => {
  const { portal, ask } = await desk("dora");
  const request = await portal.request(undefined, { contract: app });
  const { answer } = await portal.api("/logins", { ...request, returnTo: HERE });
  assertEquals(answer.code, "bad_request");
  // An admin without one is let in with everything.
  for (const returnTo of [HERE, undefined]) {
    assertEquals((await ask({ contract: undefined, returnTo })).answer.code, "contract_invalid");
  }
});

Deno.test("a page sends its browser to the portal, and gets it back with nothing in the address", async () => {
  const { portal, ask, begin } = await desk("eva");
  const { id, path } = await ask();
  const { status, text, cookie } = await begin(path);
  assertEquals(status, 200);
  assertStringIncludes(text, `/login/${id}`);
  for (const part of ["HttpOnly", "SameSite=Strict", `Path=/login/${id}`]) {
    assertStringIncludes(cookie, part);
  }
  const begun = cookie.split(";")[0] ?? "";
  const signIn = await portal.send(`/login/${id}`, { cookie: begun });
  assertStringIncludes(signIn.text, PAGE_ORIGIN);
  assert(!signIn.text.includes('class="code"'), "there is nothing to compare");
  const { headers } = await portal.send(`/login/${id}`, {
    form: { name: "eva", password: PASSWORD },
    cookie: begun,
  });
  const both = `${begun}; ${headers.get("Set-Cookie")?.split(";")[0]}`;
  const approve = () =>
    portal.send(`/login/${id}/decision`, { form: { decision: "approve" }, cookie: both });
  // A callback that comes twice leads to the same place, and so does a reload.
  const answers = [...await Promise.all([approve(), approve()]), await approve()];
  answers.push(await portal.send(`/login/${id}`, { cookie: both }));
  for (const { status, headers } of answers) {
    assertEquals([status, headers.get("Refresh")], [200, `0; url=${HERE}`]);
  }
  const state = await portal.send(`/api/logins/${id}`, { origin: PAGE_ORIGIN });
  assertEquals(JSON.parse(state.text), { state: "bound", name: "eva" });
});

Deno.test("who refuses is sent back, too, and the page is told", async () => {
  const { portal, ask, begin } = await desk("finn");
  const { id, path } = await ask();
  const begun = (await begin(path)).cookie.split(";")[0] ?? "";
  const form = { name: "finn", password: PASSWORD };
  const { headers } = await portal.send(`/login/${id}`, { form, cookie: begun });
  const cookie = `${begun}; ${headers.get("Set-Cookie")?.split(";")[0]}`;
  const decision = { form: { decision: "refuse" }, cookie };
  const refused = await portal.send(`/login/${id}/decision`, decision);
  assertEquals(refused.headers.get("Refresh"), `0; url=${HERE}`);
  const state = await portal.send(`/api/logins/${id}`, { origin: PAGE_ORIGIN });
  assertEquals(JSON.parse(state.text), { state: "refused" });
});

Deno.test("a link that was stolen or passed on does nothing in another browser", async () => {
  const { portal, ask, begin } = await desk("gina");
  const { id, path } = await ask();
  const link = `/login/${id}`;
  const form = { name: "gina", password: PASSWORD };
  const approve = { form: { decision: "approve" } };
  const { cookie } = await begin((await ask()).path);
  for (const theirs of [undefined, "trellis_page=", cookie.split(";")[0]]) {
    const answers = [
      await portal.send(path, { cookie: theirs }),
      await portal.send(link, { cookie: theirs }),
      await portal.send(link, { form, cookie: theirs }),
      await portal.send(`${link}/decision`, { ...approve, cookie: theirs }),
    ];
    for (const { status, text, headers } of answers) {
      assertEquals([status, headers.get("Set-Cookie")], [403, null]);
      assertStringIncludes(text, "This link was passed on");
    }
  }
  for (const origin of [...FOREIGN, ORIGIN, null]) {
    const { status, cookie } = await begin(path, { origin });
    assertEquals([status, cookie], [403, ""], `begun from ${origin}`);
  }
  const state = await portal.send(`/api/logins/${id}`, { origin: PAGE_ORIGIN });
  assertEquals(JSON.parse(state.text), { state: "waiting" });
});

Deno.test("a page that stays open has its person compare the code, and see the page's origin", async () => {
  const { portal, ask } = await desk("hugo");
  const { answer, id, path } = await ask({ returnTo: undefined });
  assertEquals(path, `/login/${id}`);
  const { text } = await portal.send(path);
  assertStringIncludes(text, answer.code ?? "");
  assertStringIncludes(text, PAGE_ORIGIN);
  const cookie = await portal.signIn(path, "hugo");
  const approved = await portal.send(`${path}/decision`, { form: { decision: "approve" }, cookie });
  assertStringIncludes(approved.text, "You can close this page");
  assertEquals(approved.headers.get("Refresh"), null);
});
