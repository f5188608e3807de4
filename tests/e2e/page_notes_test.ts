import { assertEquals } from "@std/assert";
import type { BrowserContext, Page } from "playwright-core";
import { WELL_KNOWN } from "../../runtime/session/portal_client.ts";
import { browserTest } from "../support/browser/browser_test.ts";
import { HoldingProxy } from "../support/holding_proxy.ts";
import { RunningPage } from "./support/running_page.ts";

const EXAMPLE = new URL("../../examples/notes/", import.meta.url);
const FILES = ["schemas.ts", "contracts/notes.ts"];

/** The example with its page, as `deno task notes` runs it, and a link that can be held. */
class RunningNotes implements AsyncDisposable {
  readonly #running: RunningPage;
  #link: HoldingProxy | undefined;

  private constructor(running: RunningPage) {
    this.#running = running;
  }

  static async start(): Promise<RunningNotes> {
    return new RunningNotes(await RunningPage.start(EXAMPLE, FILES));
  }

  /** Where the page is. */
  get origin(): string {
    return this.#running.origin;
  }

  /** What the pages of {@link RunningNotes.ada} reach the server by. */
  get link(): HoldingProxy {
    if (this.#link === undefined) throw new Error("no page has asked where the server is");
    return this.#link;
  }

  /** Somebody who becomes the first admin, and logs in to the notes. */
  async ada(): Promise<BrowserContext> {
    const ada = await this.#running.browser.person();
    // A browser that is told to be offline takes a whole core until it no longer is.
    await ada.route(`**${WELL_KNOWN}`, async (route) => {
      const response = await route.fetch();
      const said: { readonly servers: readonly string[] } = await response.json();
      const server = said.servers.find((server) => server.startsWith("ws:")) ?? "";
      this.#link ??= new HoldingProxy(server);
      const servers = [this.#link.url.replace("nats:", "ws:")];
      await route.fulfill({ response, json: { ...said, servers } });
    });
    const page = await this.#running.logIn(ada);
    await page.getByRole("button", { name: "New note" }).waitFor();
    await page.close();
    return ada;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running[Symbol.asyncDispose]();
    await this.#link?.[Symbol.asyncDispose]();
  }
}

/** The page in a tab, and what its console says. */
async function openTab(person: BrowserContext, { origin }: RunningNotes) {
  const page = await person.newPage();
  const said: string[] = [];
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(String(error)));
  await page.goto(origin);
  await page.getByRole("button", { name: "New note" }).waitFor();
  return { page, said };
}

async function write(page: Page, text: string): Promise<void> {
  await page.getByLabel("Text").fill(text);
}

async function isShown(page: Page, text: string): Promise<void> {
  await page.getByText(text, { exact: true }).waitFor();
}

browserTest(
  "the notes of a person are kept: over tabs that meet, interruptions, and a log out",
  async () => {
    await using notes = await RunningNotes.start();
    const ada = await notes.ada();
    const { page: first, said } = await openTab(ada, notes);
    await isShown(first, "Nothing here yet. Write your first note.");

    await first.getByRole("button", { name: "New note" }).click();
    await first.getByLabel("Title").fill("Shopping");
    await write(first, "milk");
    await isShown(first, "Saved");

    // A second tab changes the note that the first has open.
    const { page: second } = await openTab(ada, notes);
    await second.getByRole("button", { name: "Shopping" }).click();
    assertEquals(await second.getByLabel("Text").inputValue(), "milk");
    await write(second, "milk, bread");
    await isShown(second, "Saved");
    await write(first, "milk, tea");
    await first.getByText("This note was changed elsewhere meanwhile:").waitFor();
    assertEquals(await first.locator("#theirs").textContent(), "Shopping\nmilk, bread");
    await first.getByRole("button", { name: "Keep mine" }).click();
    await isShown(first, "Saved");
    await write(second, "milk, rice");
    await second.getByText("This note was changed elsewhere meanwhile:").waitFor();
    await second.getByRole("button", { name: "Take that" }).click();
    assertEquals(await second.getByLabel("Text").inputValue(), "milk, tea");

    // The link goes without a word, and comes back.
    notes.link.hold();
    await first.locator("#connection[data-state=reconnecting]").waitFor();
    await write(first, "milk, tea, figs");
    await first.getByText("Not saved: there is no connection.").waitFor();
    notes.link.cut();
    await isShown(first, "Saved");
    await first.locator("#connection[data-state=connected]").waitFor();

    // What was chosen is there after a reload, and so is who it is.
    await first.getByRole("button", { name: "Dark" }).click();
    await first.locator(":root[data-theme=dark]").waitFor();
    await first.reload();
    await first.locator(":root[data-theme=dark]").waitFor();
    await first.getByRole("button", { name: "Shopping" }).click();
    assertEquals(await first.getByLabel("Text").inputValue(), "milk, tea, figs");
    await first.getByRole("button", { name: "Archive" }).last().click();
    await isShown(first, "Nothing here yet. Write your first note.");

    await first.getByRole("button", { name: "Log out" }).click();
    await first.getByRole("button", { name: "Go on" }).waitFor();
    assertEquals(said.filter((line) => /policy|violat|uncaught|TypeError/i.test(line)), []);
  },
);
