import { KeyPair } from "../../../contracts/identity/key_pair.ts";
import { isErr } from "../../../contracts/result.ts";
import { connectLogin } from "../../program/connect_login.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ConsoleBrowser, ConsoleDesk } from "../../../tests/support/console/console_desk.ts";
import { PASSWORD, PortalDesk } from "../../../tests/support/platform/portal_desk.ts";
import { SecuredTrellis } from "../../../tests/support/platform/secured_trellis.ts";
import { shared } from "../../../tests/support/shared.ts";
import { until } from "../../../tests/support/until.ts";

const started = shared(() => SecuredTrellis.start());

/** Someone who may log in, the portal, and a Console. */
async function consoleFor(name: string, admin = true) {
  const trellis = await started();
  const portal = new PortalDesk(trellis);
  const user = { name, password: PASSWORD, ...(admin && { admin: true as const }) };
  const { id } = (await portal.users.add(user, "test")).orThrow();
  const desk = await ConsoleDesk.open(trellis.url, { portal });
  return { trellis, portal, id, desk, browser: new ConsoleBrowser(desk) };
}

Deno.test("an admin logs in at the portal, comes back to the page that they wanted, and logs out", async () => {
  const { trellis, portal, desk, browser } = await consoleFor("ada");
  await using _ = desk;
  const asked = await browser.open("/nowhere?x=1");
  assertEquals(asked.status, 401);
  assertStringIncludes(asked.text, 'value="/nowhere?x=1"');
  const done = await browser.logIn(portal, "ada");
  assertEquals([done.status, done.location], [303, "/nowhere"]);
  const page = await browser.open("/nowhere");
  assertEquals(page.status, 404);
  assertStringIncludes(page.text, "<span>ada</span>");

  // A restart logs nobody out, and nothing that is kept says what the browser brings.
  await using again = await ConsoleDesk.open(trellis.url, { portal, dir: desk.dir });
  const later = new ConsoleBrowser(again, browser.cookies);
  assertEquals((await later.open("/nowhere")).status, 404);
  const [file] = [...Deno.readDirSync(desk.dir)];
  const [cookie] = browser.cookies.values();
  assert(cookie !== undefined && !file!.name.includes(cookie));
  const { mode } = await Deno.stat(`${desk.dir}/${file!.name}`);
  assertEquals((mode ?? 0) & 0o777, 0o600);
  const kept = await Deno.readTextFile(`${desk.dir}/${file!.name}`);
  assert(!kept.includes(cookie));
  const key = KeyPair.fromSeed("user", JSON.parse(kept).seed)!;

  assertEquals((await later.open("/logout", {})).location, "/logged-out");
  assertEquals(later.cookies.size, 0);
  assertEquals([...Deno.readDirSync(desk.dir)], []);
  await until(() => isOver(trellis.url, key), "the session is over");
  // The cookie that somebody has noted is worth nothing.
  await until(async () => (await browser.open("/nowhere")).status === 401, "it lets nobody in");
});

Deno.test("somebody who is no admin is told how they become one, and no session is left", async () => {
  const { portal, desk, browser } = await consoleFor("bob", false);
  await using _ = desk;
  await browser.logIn(portal, "bob");
  const page = await browser.open("/services");
  assertEquals(page.status, 403);
  assertStringIncludes(page.text, "users admin give");
  assertEquals([browser.cookies.size, [...Deno.readDirSync(desk.dir)]], [0, []]);
});

Deno.test("a login that was refused, or not decided, lets nobody in", async () => {
  const { portal, desk, browser } = await consoleFor("cleo");
  await using _ = desk;
  const refused = await browser.logIn(portal, "cleo", "refuse");
  assertEquals(refused.status, 403);
  assertStringIncludes(refused.text, "The login was refused");
  await browser.open("/login", { next: "/" });
  assertStringIncludes((await browser.open("/login/done")).text, "was not finished");
  // Nobody else's browser goes on with it.
  const other = new ConsoleBrowser(desk);
  assertEquals((await other.open("/login/done")).location, "/");
  assertEquals((await other.open("/")).status, 401);
});

Deno.test("who is disabled is out at once, and told so", async () => {
  const { portal, desk, browser, id } = await consoleFor("dora");
  await using _ = desk;
  await browser.logIn(portal, "dora");
  assertEquals((await browser.open("/nowhere")).status, 404);
  (await portal.users.disable(id, "test")).orThrow();
  await until(async () => (await browser.open("/nowhere")).status === 401, "they are out");
});

Deno.test("nobody is sent to another site by where they want to go", async () => {
  const { desk, browser } = await consoleFor("emil");
  await using _ = desk;
  for (const next of ["//evil.example/", "https://evil.example/", "/\\evil.example", "x"]) {
    const { text } = await browser.open(`/login?next=${encodeURIComponent(next)}`);
    assertStringIncludes(text, 'name="next" value="/"');
  }
});

/** Whether a key lets nobody in any more. */
async function isOver(url: string, key: KeyPair): Promise<boolean> {
  const link = (await connectLogin(url, key)).take();
  if (isErr(link)) return link.error.code === "not_logged_in";
  await link.messaging.close();
  return false;
}
