import { type Browser, type BrowserContext, chromium } from "playwright-core";
import { chromiumPath } from "./chromium.ts";

/** A browser of a test's own. It ends with its block. */
export class TestBrowser implements AsyncDisposable {
  readonly #browser: Browser;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** Starts Chromium without windows. */
  static async start(): Promise<TestBrowser> {
    return new TestBrowser(
      await chromium.launch({
        executablePath: await chromiumPath(),
        // Its sandbox needs rights that containers and root have not. All pages are the tests' own.
        args: ["--no-sandbox", "--disable-dev-shm-usage"],
      }),
    );
  }

  /** A person at the browser: what pages keep is theirs alone. */
  person(): Promise<BrowserContext> {
    return this.#browser.newContext();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
  }
}
