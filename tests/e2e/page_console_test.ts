/** What people do in the Console with a real browser, while a project runs on a secured server. */
import { assert, assertEquals } from "@std/assert";
import axe from "axe-core";
import { NAVIGATION } from "../../cli/console/layout/navigation.ts";
import type { Page } from "playwright-core";
import { browserTest } from "../support/browser/browser_test.ts";
import { openBrowser } from "../support/browser/shared_browser.ts";
import { CONSOLE_PAGES } from "../support/console/console_pages.ts";
import { consoleProject } from "../support/console/console_project.ts";
import { ConsoleSite } from "../support/console/console_site.ts";
import { shared } from "../support/shared.ts";

const HOSTILE = "<img src=x onerror=document.title=1>";
const AUTHORITY = ["svc", "shipping", "authority"];

const started = shared(async () => {
  const project = await consoleProject();
  const named = `displayName: ${JSON.stringify(HOSTILE)}`;
  await project.edit("contracts/shipping.ts", 'displayName: "Shipping"', named);
  const endless = "x".repeat(3_000);
  await project.edit("contracts/shipping.ts", "Labels of parcels", endless);
  await project.edit("handlers/shipping.ts", "the printer has no paper", endless);
  const site = await ConsoleSite.start(project, ["dev", "--no-types", "--review"], openBrowser());
  for (const name of ["ada", "bea"]) await site.addUser(name, "--admin", "--display", HOSTILE);
  return site;
});

/** An admin who is logged in; what their browser asked for, and what its console said, is noted. */
const seat = shared(async () => {
  const site = await started();
  const page = await site.logIn("ada");
  const asked: string[] = [];
  const said: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(String(error)));
  return { site, page, asked, said, [Symbol.asyncDispose]: () => page.close() };
});

browserTest(
  "[T23] an admin reviews a change under Services, and accepts it there; who looks at it sees that at once",
  async () => {
    const { site, page } = await seat();
    await page.getByRole("link", { name: "Services", exact: true }).click();
    await page.getByRole("link", { name: "orders-service", exact: true }).click();
    await page.getByText("Authority review required").first().waitFor();
    await page.getByText("kv.added").waitFor();
    const bea = await site.logIn("bea");
    await bea.goto(page.url());
    await bea.getByLabel("Why").fill("what bea types");
    await page.getByRole("button", { name: "Accept the update" }).click();
    await page.getByText("Accepted: orders-service is at version 1").waitFor();
    await bea.locator(".plan-progress.decided").waitFor();
    assertEquals(await bea.getByLabel("Why").inputValue(), "what bea types");
    await bea.close();
    await site.running.dev.until("orders-service reconciled at version 1");
  },
);

browserTest(
  "[T27] what the CLI accepts is no longer pending in the Console, and an open page says so at once",
  async () => {
    const { site: { running }, page, said } = await seat();
    await page.goto(new URL("/services/shipping", page.url()).href);
    await page.getByText("Authority review required").first().waitFor();
    const [plan] = await running.json<{ id: string }[]>([
      ...AUTHORITY,
      "plan",
      "list",
      "--state",
      "pending",
    ]);
    await running.json([...AUTHORITY, "accept-update", plan?.id ?? ""]);
    await page.locator(".plan-progress.decided").waitFor();
    await page.goto(new URL("/services/plans", page.url()).href);
    await page.getByText("Nothing waits for a decision").waitFor();
    assertEquals(said, []);
  },
);

browserTest(
  "an RPC is called by the form of the Explorer, and what is hostile stays a text",
  async () => {
    const { page, said } = await seat();
    await page.goto(new URL("/explorer/orders-service/Orders.Create", page.url()).href);
    await page.getByRole("button", { name: "Fill in an example" }).click();
    await page.getByLabel("customerId").fill(HOSTILE);
    await page.getByRole("button", { name: "Call", exact: true }).click();
    await page.getByRole("heading", { name: "Answer" }).waitFor();
    await page.goto(new URL("/explorer/orders-service/Orders.List", page.url()).href);
    await page.getByRole("button", { name: "Fill in an example" }).click();
    await page.getByRole("button", { name: "Call", exact: true }).click();
    await page.getByText(HOSTILE).first().waitFor();
    for (const path of ["/services", "/people", "/resources/orders-service/kv/orders"]) {
      await page.goto(new URL(path, page.url()).href);
      assertEquals(await page.locator("img[src=x]").count(), 0, path);
      assert((await page.title()).endsWith("Trellis Console"), path);
    }
    assertEquals(said, []);
  },
);

browserTest(
  "each page can be read by everybody, light and dark, and is no wider than a telephone",
  async () => {
    const { page, site: { origin, running }, asked, said } = await seat();
    // Its event is given up.
    await running.trellis(["call", "Shipping.Send", '{"orderId":"ord_1"}']);
    const found: string[] = [];
    const note = async (path: string, ...rules: readonly string[]) => {
      for (const problem of await problemsOf(page, rules)) found.push(`${path}: ${problem}`);
    };
    for (const path of Object.values(CONSOLE_PAGES)) {
      await page.emulateMedia({ colorScheme: "light" });
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.goto(origin + path);
      await note(path);
      await page.emulateMedia({ colorScheme: "dark" });
      await page.setViewportSize({ width: 360, height: 900 });
      // The rules that colours and widths matter to; the others have looked at the same elements above.
      await note(`${path} in the dark, on a telephone`, "color-contrast", SCROLLABLE);
    }
    assertEquals(found, []);
    // A page that is not there is said to be so.
    assertEquals(said.filter((text) => !text.includes("404")), []);
    assertEquals(asked.filter((url) => !url.startsWith(`${origin}/`)), []);
  },
);

browserTest("every link of the Console leads to a page", async () => {
  const { page, site: { origin } } = await seat();
  const left: string[] = NAVIGATION.map(({ href }) => href);
  const seen = new Set(left);
  const dead: string[] = [];
  for (let path = left.pop(); path !== undefined; path = left.pop()) {
    const answer = await page.request.get(origin + path);
    if (!answer.ok()) dead.push(`${path}: ${answer.status()}`);
    const links = (await answer.text()).matchAll(/href="(\/[^"#]*)/g);
    for (const [, link = ""] of links) {
      const next = link.replaceAll("&amp;", "&");
      if (seen.has(next) || seen.size > MOST_LINKS || !isPage(next)) continue;
      seen.add(next);
      left.push(next);
    }
  }
  assertEquals(dead, []);
});

/** What scrolls on a narrow screen can be scrolled by the keyboard. */
const SCROLLABLE = "scrollable-region-focusable";
/** Pages that are looked at. */
const MOST_LINKS = 120;

/** Downloads and streams are no pages. */
function isPage(path: string): boolean {
  return !/.\/(?:live|download|picture)\b/.test(path) && !path.endsWith(".css");
}

/** What axe finds on a page, by these rules or all of them, and whether it is too wide. */
async function problemsOf(page: Page, rules: readonly string[]): Promise<readonly string[]> {
  // Once for each document: to read it takes longer than what it does.
  if (!await page.evaluate(() => "axe" in globalThis)) await page.evaluate(axe.source);
  return await page.evaluate(async (rules) => {
    const isWide = document.documentElement.scrollWidth > innerWidth;
    const [wide] = [...document.querySelectorAll("main *")].filter((element) =>
      isWide && element.getBoundingClientRect().right > innerWidth
    );
    const { violations } = await Reflect.get(globalThis, "axe")
      .run({ resultTypes: ["violations"], ...(rules.length > 0 ? { runOnly: rules } : {}) });
    return [
      ...(isWide ? [`wider than the screen: ${wide?.outerHTML.slice(0, 120)}`] : []),
      ...violations.map(({ id, nodes }: { id: string; nodes: { html: string }[] }) =>
        `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" and ")}`
      ),
    ];
  }, rules);
}
