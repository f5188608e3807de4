import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ConsoleBrowser, ConsoleDesk, TOKEN } from "../../../tests/support/console/console_desk.ts";
import { shared } from "../../../tests/support/shared.ts";
import { TrellisServer } from "../../../tests/support/trellis_server.ts";
import { until } from "../../../tests/support/until.ts";

const started = shared(() => TrellisServer.start());

async function openConsole(options: Parameters<typeof ConsoleDesk.open>[1] = {}) {
  const desk = await ConsoleDesk.open((await started()).url, options);
  return { desk, browser: new ConsoleBrowser(desk) };
}

Deno.test("the link of the start lets a browser in, and the secret leaves the address", async () => {
  const { desk, browser } = await openConsole();
  await using _ = desk;
  const closed = await browser.open("/");
  assertEquals(closed.status, 401);
  assertStringIncludes(closed.text, "Open the Console by its link");
  const opened = await browser.open(`/?token=${TOKEN}`);
  assertEquals([opened.status, opened.location], [303, "/"]);
  const [cookie = ""] = opened.headers.getSetCookie();
  assert(/^trellis_console_41235=[\w-]{43};/.test(cookie), cookie);
  for (const flag of ["HttpOnly", "SameSite=Strict", "Path=/"]) assertStringIncludes(cookie, flag);
  const page = await browser.open("/nowhere");
  assertEquals(page.status, 404);
  assertStringIncludes(page.text, "nobody checks who you are");
  // Whoever is in needs no second cookie.
  assertEquals((await browser.open(`/?token=${TOKEN}`)).headers.getSetCookie(), []);
  assertEquals((await browser.open("/logout", {})).status, 303);
  assertEquals((await browser.open("/nowhere")).status, 401);
});

Deno.test("a wrong secret, one of another start, and cookies that were made up let nobody in", async () => {
  const { desk } = await openConsole();
  await using _ = desk;
  for (const token of ["", "x", TOKEN.slice(1), `${TOKEN}x`, TOKEN.toUpperCase(), "%00"]) {
    const { status, headers, text } = await desk.send(`/?token=${encodeURIComponent(token)}`);
    assertEquals([status, headers.getSetCookie()], [401, []]);
    assert(!text.includes(TOKEN));
  }
  const cookies = ["", "x", "../../keys/keys.json", `${"A".repeat(43)}`, `${"A".repeat(42)}/`];
  for (const value of cookies) {
    const headers = { Cookie: `trellis_console_41235=${value}` };
    assertEquals((await desk.send("/services", { headers })).status, 401, value);
  }
  assertEquals([...Deno.readDirSync(desk.dir)], []);
});

Deno.test("requests under another name, and from other pages, are refused and do nothing", async () => {
  const { desk, browser } = await openConsole();
  await using _ = desk;
  await browser.open(`/?token=${TOKEN}`);
  const [[name, value] = []] = [...browser.cookies];
  const cookie = { Cookie: `${name}=${value}` };
  const status = async (path: string, headers: Record<string, string>, form?: object) =>
    (await desk.send(path, { headers: { ...cookie, ...headers }, ...(form && { form: {} }) }))
      .status;
  // A name that a page elsewhere has pointed here.
  for (const Host of ["evil.example:41235", "localhost:41235", "127.0.0.1", "127.0.0.1:41236"]) {
    assertEquals(await status("/services", { Host }), 421, Host);
    assertEquals(await status("/live.js", { Host }), 421, Host);
  }
  // Posts, and reads that can be seen.
  const foreign = [
    "https://evil.example",
    "http://127.0.0.1:41234",
    "null",
    "http://localhost:41235",
  ];
  for (const Origin of foreign) {
    assertEquals(await status("/logout", { Origin }, {}), 403, Origin);
    assertEquals(
      await status("/services/live", { Origin, Accept: "text/event-stream" }),
      403,
      Origin,
    );
  }
  // What a browser says of a page on another port, or elsewhere, that loads something of ours.
  for (const site of ["same-site", "cross-site"]) {
    for (const [mode, dest] of [["no-cors", "script"], ["cors", "empty"], ["navigate", "iframe"]]) {
      const headers = { "Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode!, "Sec-Fetch-Dest": dest! };
      assertEquals(await status("/live.js", headers), 403, `${site} ${mode} ${dest}`);
    }
    const link = {
      "Sec-Fetch-Site": site,
      "Sec-Fetch-Mode": "navigate",
      "Sec-Fetch-Dest": "document",
    };
    assertEquals(await status("/nowhere", link), 404);
    assertEquals(await status("/logout", { ...link, Origin: "null" }, {}), 403);
  }
  // No origin at all: no browser posts so.
  const bare = await desk.send("/logout", { method: "POST", headers: cookie });
  assertEquals(bare.status, 403);
  assertEquals((await desk.send("/services", { method: "PUT", headers: cookie })).status, 405);
  assertEquals(await status("/nowhere", {}), 404);
  assertEquals(desk.failures, []);
});

Deno.test("every answer has the strict headers, and nothing but the assets is to be had", async () => {
  const { desk, browser } = await openConsole();
  await using _ = desk;
  await browser.open(`/?token=${TOKEN}`);
  const answers = [
    await browser.open("/"),
    await browser.open("/nowhere"),
    await desk.send("/console.css"),
    await desk.send("/live.js"),
    await desk.send("/favicon.ico"),
    await desk.send("/services"),
    await desk.send("/?token=x"),
    await desk.send("/logout", { form: {}, headers: { Origin: "https://evil.example" } }),
    await desk.send("/services", { headers: { Host: "evil.example" } }),
    await desk.send("/logout", { form: {}, headers: { "Content-Length": "99999999" } }),
  ];
  for (const { headers, status } of answers) {
    const policy = headers.get("Content-Security-Policy") ?? "";
    for (
      const rule of [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types console",
      ]
    ) assert(policy.split("; ").includes(rule), `${status} ${rule}: ${policy}`);
    assertEquals(headers.get("X-Content-Type-Options"), "nosniff");
    assertEquals(headers.get("Cache-Control"), "no-store");
    assertEquals(headers.get("Access-Control-Allow-Origin"), null);
  }
  const paths = [
    "/console.css/../../deno.json",
    "/..%2f..%2fdeno.json",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/layout/live.js",
    "/live.js%00",
    "//live.js",
    "/.trellis/keys/keys.json",
  ];
  for (const path of paths) {
    const { status, text } = await browser.open(path);
    assert(status === 404 && text.startsWith("<!DOCTYPE html>"), path);
  }
});

Deno.test("pages hold no script and no style of their own, whatever is in the address", async () => {
  const { desk, browser } = await openConsole();
  await using _ = desk;
  await browser.open(`/?token=${TOKEN}`);
  const script = `"><script>alert(1)</script><img src=x onerror=alert(1)>`;
  for (
    const path of ["/nowhere", "/services", "/login", "/explorer", "/services/a/b/c"].flatMap((
      path,
    ) => [
      `${path}?x=${encodeURIComponent(script)}`,
      `${path}/${encodeURIComponent(script)}`,
    ])
  ) {
    const { text } = await browser.open(path);
    assert(!text.includes("<script>") && !/<[^>]+\son\w+=/.test(text), path);
    assert(!/<[^>]+\sstyle=/.test(text) && !text.includes("<style"), path);
    assertEquals(
      text.match(/<script[^>]*>/g) ?? [],
      text === "" ? [] : ['<script type="module" src="/live.js">'],
    );
  }
});

Deno.test("a connection that nobody uses is closed, and opened again when somebody comes back", async () => {
  const { desk, browser } = await openConsole({ idleMs: 1 });
  await using _ = desk;
  await browser.open(`/?token=${TOKEN}`);
  assertEquals((await browser.open("/nowhere")).status, 404);
  await until(() => desk.visitors.count === 0, "it is closed");
  assertEquals((await browser.open("/nowhere")).status, 404);
});

Deno.test("a NATS server that is gone is told at once, and is taken again when it is back", async () => {
  await using server = await TrellisServer.start();
  await using desk = await ConsoleDesk.open(server.url);
  const browser = new ConsoleBrowser(desk);
  await browser.open(`/?token=${TOKEN}`);
  assertEquals((await browser.open("/nowhere")).status, 404);
  await server.kill();
  await until(async () => (await browser.open("/nowhere")).status === 503, "it is told");
  const told = await browser.open("/services");
  assertStringIncludes(told.text, "Trellis cannot be reached");
  assertEquals(told.headers.get("Refresh"), "5");
  // Nobody has a connection here: it is told, too.
  await desk.visitors.close([...browser.cookies.values()][0] ?? "");
  assertEquals((await browser.open("/services")).status, 503);
  await server.startAgain();
  await until(async () => (await browser.open("/nowhere")).status === 404, "it is back");
});
