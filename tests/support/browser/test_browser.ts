import { type Browser, type BrowserContext, chromium } from "playwright-core";
import { chromiumPath } from "./chromium.ts";

/** How long a page may take for anything at all, in milliseconds. */
const PATIENCE_MS = 120_000;

/** A browser, and the people at it. They leave with its block. */
export class TestBrowser implements AsyncDisposable {
  readonly #browser: Browser;
  readonly #isShared: boolean;
  readonly #people: BrowserContext[] = [];

  private constructor(browser: Browser, isShared: boolean) {
    this.#browser = browser;
    this.#isShared = isShared;
  }

  /** Starts Chromium without windows. It ends with its block. */
  static async start(): Promise<TestBrowser> {
    return new TestBrowser(
      await chromium.launch({
        executablePath: await chromiumPath(),
        // Its sandbox needs rights that containers and root have not. All pages are the tests' own.
        args: ["--no-sandbox", "--disable-dev-shm-usage"],
      }),
      false,
    );
  }

  /** The same browser for other people. It goes on when they have left. */
  share(): TestBrowser {
    return new TestBrowser(this.#browser, true);
  }

  /** A person at the browser: what pages keep is theirs alone. */
  async person(): Promise<BrowserContext> {
    const person = await this.#browser.newContext();
    person.setDefaultTimeout(PATIENCE_MS);
    this.#people.push(person);
    return person;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isShared) return await this.#browser.close();
    for (const person of this.#people) await person.close();
  }
}
