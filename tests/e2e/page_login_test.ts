/** What a person does in a real browser, with a page as strict as there is and a portal that is another site. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Page } from "playwright-core";
import { Portal } from "../../cli/portal/portal.ts";
import { bundle } from "../support/browser/bundle.ts";
import type { Desk } from "../support/browser/desk_page.ts";
import { PageServer } from "../support/browser/page_server.ts";
import { browserTest } from "../support/browser/browser_test.ts";
import { openBrowser } from "../support/browser/shared_browser.ts";
import type { TestBrowser } from "../support/browser/test_browser.ts";
import { provision, SILENT } from "../support/deployed.ts";
import { guarded, serveGuarded } from "../support/platform/desk.ts";
import { keptLogins } from "../support/platform/kept_logins.ts";
import { openPlatform } from "../support/platform/secured_trellis.ts";
import { SecuredServer } from "../support/secured_server.ts";
import { shared } from "../support/shared.ts";
import { TrellisService } from "../../runtime/service/service.ts";
import { until } from "../support/until.ts";

const PASSWORD = "correct horse battery";
const SCRIPT = new URL("../support/browser/desk_page.ts", import.meta.url);
/** Seconds after which the server ends a connection of a session. */
const CONNECTION_S = 2;

/** A server that pages reach, its platform and portal, and a page of the allowed origin. */
class Site implements AsyncDisposable {
  readonly #opened: AsyncDisposableStack;
  readonly platform: Awaited<ReturnType<typeof openPlatform>>["platform"];
  readonly portal: string;
  readonly pages: PageServer;
  readonly browser: TestBrowser;

  private constructor(
    opened: AsyncDisposableStack,
    parts: Pick<Site, "platform" | "portal" | "pages" | "browser">,
  ) {
    this.#opened = opened;
    ({
      platform: this.platform,
      portal: this.portal,
      pages: this.pages,
      browser: this.browser,
    } = parts);
  }

  static async start(): Promise<Site> {
    await using opened = new AsyncDisposableStack();
    const pages = opened.use(PageServer.start());
    const pageOrigins = [pages.origin];
    const server = opened.use(await SecuredServer.start({ pageOrigins }));
    const portal = opened.use((await Portal.listen(0)).orThrow());
    const { messaging, authority, platform, failures } = await openPlatform(server, {
      portal: portal.url,
      connectionS: CONNECTION_S,
    });
    opened.use(messaging);
    opened.use(platform);
    portal.serve({
      ...keptLogins({ messaging, server }),
      platform,
      authority,
      mode: "dev",
      now: Date.now,
      onError: (cause) => failures.push(cause),
      pageOrigins,
      servers: [server.webSocketUrl ?? ""],
      project: "/nowhere",
    });
    await provision(authority, guarded);
    const service = opened.use(
      await TrellisService.connect({
        contract: guarded,
        trellisUrl: server.url,
        sessionKeySeed: (await platform.openSession("desk")).seed,
        log: SILENT,
      }).orThrow(),
    );
    await serveGuarded(service);
    const connectTo = [server.webSocketUrl ?? "", portal.url];
    pages.serve(await bundle(SCRIPT, "browser"), connectTo);
    const browser = opened.use(await openBrowser());
    const parts = { platform, portal: portal.url, pages, browser };
    return new Site(opened.move(), parts);
  }

  /** A user whose approval is enough, and a browser of theirs. */
  async person(name: string): Promise<Person> {
    const user = { name, password: PASSWORD, admin: true } as const;
    const { id } = (await this.platform.users.add(user, "test")).orThrow();
    const context = await this.browser.person();
    return new Person(this, id, name, await context.newPage());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened.disposeAsync();
  }
}

/** Somebody at a browser. */
class Person {
  constructor(
    readonly site: Site,
    readonly id: string,
    readonly name: string,
    readonly page: Page,
  ) {
    // It is only there to end a test that hangs.
    page.setDefaultTimeout(120_000);
  }

  /** Opens the page of the app, and waits for its script. */
  async visit(path = "/", origin = this.site.pages.origin): Promise<void> {
    await this.page.goto(`${origin}${path}`);
    await this.isHere();
  }

  /** Waits until the page of the app is there. */
  async isHere(): Promise<void> {
    await this.page.waitForFunction(() => "desk" in globalThis);
  }

  /** Does something on the page of the app. */
  async do(what: keyof Desk, text: string): Promise<string> {
    return await this.page.evaluate(async ([what, text]) => {
      const desk: Desk = Reflect.get(globalThis, "desk");
      return await desk[what](text);
    }, [what, text] as const);
  }

  open(): Promise<string> {
    return this.do("open", this.site.portal);
  }

  /** Opens the app, and waits for the page where it sends its browser. */
  async openAtPortal(): Promise<void> {
    // The page that is asked is left.
    this.open().catch(() => {});
    await this.page.waitForSelector("input[name=password]");
  }

  async signIn(): Promise<void> {
    await this.page.fill("input[name=name]", this.name);
    await this.page.fill("input[name=password]", PASSWORD);
    await this.page.click("form button");
    await this.page.waitForSelector("button[value=approve]");
  }

  /** Decides, and waits for the page of the app. */
  async decide(decision: "approve" | "refuse"): Promise<void> {
    await this.page.click(`button[value=${decision}]`);
    await this.page.waitForURL(`${this.site.pages.origin}/**`);
    await this.isHere();
  }

  async logIn(): Promise<void> {
    await this.visit();
    await this.openAtPortal();
    await this.signIn();
    await this.decide("approve");
    assertEquals(await this.open(), "connected");
  }
}

const started = shared(() => Site.start());

browserTest(
  "a person logs in from a page, calls, comes back with the same session, and logs out",
  async () => {
    const site = await started();
    const ada = await site.person("ada");
    await ada.visit("/?tab=2#top");
    await ada.openAtPortal();
    assertStringIncludes(await ada.page.innerText("main"), site.pages.origin);
    await ada.signIn();
    const asked = await ada.page.innerText("main");
    assertStringIncludes(asked, "call rpc Desk.Read of desk@v1");
    await ada.decide("approve");
    assertEquals(ada.page.url(), `${site.pages.origin}/?tab=2#top`);
    assertEquals(await ada.open(), "connected");
    assertEquals(await ada.do("read", "1"), "read 1");
    const key = await ada.do("key", "");
    const refused = "InvalidAccessError";
    assertMatch(key, new RegExp(`^U[A-Z2-7]{55},${refused},${refused},${refused}$`));
    await ada.page.reload();
    await ada.isHere();
    assertEquals(await ada.open(), "connected");
    assertEquals(await ada.do("key", ""), key);
    // Connections end, and are replaced before, with the same key.
    const end = performance.now() + CONNECTION_S * 1500;
    for (let id = 2; performance.now() < end; id++) {
      assertEquals(await ada.do("read", `${id}`), `read ${id}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assertEquals(await ada.do("logOut", ""), "logged out");
    assertEquals(await ada.do("key", ""), "none");
    await ada.openAtPortal();
  },
);

browserTest(
  "a session that is revoked ends in the page, and the next visit leads to the portal",
  async () => {
    const site = await started();
    const bob = await site.person("bob");
    await bob.logIn();
    const before = await bob.do("key", "");
    (await site.platform.revoke({ principal: { kind: "user", id: bob.id } }, "test")).orThrow();
    await until(
      async () => await bob.do("read", "1") === "TransportError",
      "the session has ended",
    );
    await bob.visit();
    await bob.openAtPortal();
    await bob.visit();
    assert(await bob.do("key", "") !== before, "a key is for one session");
  },
);

browserTest(
  "a session that is revoked while the page connects leads to the portal, too",
  async () => {
    const site = await started();
    const dan = await site.person("dan");
    await dan.logIn();
    let connections = 0;
    await dan.page.routeWebSocket("**", async (socket) => {
      // The first one asked whether the key is good.
      if (++connections === 2) {
        const target = { principal: { kind: "user", id: dan.id } } as const;
        (await site.platform.revoke(target, "test")).orThrow();
      }
      socket.connectToServer();
    });
    await dan.visit();
    await dan.openAtPortal();
    assert(connections > 2, `${connections}`);
  },
);

browserTest(
  "a link leads nowhere in another browser, and who goes back or refuses is not sent there again",
  async () => {
    const site = await started();
    const cleo = await site.person("cleo");
    await cleo.visit();
    await cleo.openAtPortal();
    const link = cleo.page.url();
    const thief = await (await site.browser.person()).newPage();
    for (const address of [link, `${site.portal}/begin/${link.split("/").at(-1)}`]) {
      await thief.goto(address);
      assertStringIncludes(await thief.innerText("main"), "Open the app itself");
    }
    await cleo.visit();
    assertEquals(await cleo.open(), "trellis.login.refused");
    await cleo.openAtPortal();
    assertEquals(cleo.page.url(), link, "the login that was begun goes on");
    await cleo.signIn();
    await cleo.decide("refuse");
    assertEquals(await cleo.open(), "trellis.login.refused");
    await cleo.openAtPortal();
    assert(cleo.page.url() !== link, "what was refused is over");
  },
);

browserTest(
  "a page of another origin gets no connection, and reads nothing of the portal",
  async () => {
    const site = await started();
    const page = await (await site.browser.person()).newPage();
    const evil = new Person(site, "", "", page);
    await evil.visit("/", site.pages.otherOrigin);
    assertEquals(await evil.open(), "trellis.login.unavailable");
    const asked = await page.evaluate(async (portal) => {
      try {
        return (await fetch(`${portal}/api/challenges`, { method: "POST" })).status;
      } catch (error) {
        return String(error);
      }
    }, site.portal);
    assertEquals(asked, "TypeError: Failed to fetch");
  },
);
