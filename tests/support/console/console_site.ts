import type { BrowserContext, Page } from "playwright-core";
import { RunningProject } from "../../e2e/support/running_project.ts";
import type { TempProject } from "../../e2e/support/temp_project.ts";
import { TestBrowser } from "../browser/test_browser.ts";

const PASSWORD = "correct horse battery";

/** A project that runs with its Console, and a browser. */
export class ConsoleSite implements AsyncDisposable {
  readonly #opened: AsyncDisposableStack;
  readonly running: RunningProject;
  readonly browser: TestBrowser;
  /** Where the Console is. */
  readonly origin: string;

  private constructor(
    opened: AsyncDisposableStack,
    running: RunningProject,
    browser: TestBrowser,
    origin: string,
  ) {
    this.#opened = opened;
    this.running = running;
    this.browser = browser;
    this.origin = origin;
  }

  /**
   * Runs a project, which is removed with it, on a server that is secured.
   *
   * @param words of the command; `dev` without checks of types unless given
   * @param browser where people log in; one of its own unless given
   */
  static async start(
    project: TempProject,
    words: readonly string[] = ["dev", "--no-types"],
    browser = TestBrowser.start(),
  ): Promise<ConsoleSite> {
    await using opened = new AsyncDisposableStack();
    const [seats, running] = await Promise.all([
      browser,
      RunningProject.start(project, { words }),
    ]);
    opened.use(running);
    opened.use(seats);
    await running.dev.until("console ");
    await running.dev.until("\n");
    const [, origin = ""] = /console +(http:\S+)/.exec(running.dev.stderr) ?? [];
    return new ConsoleSite(opened.move(), running, seats, origin);
  }

  /** Adds somebody who may log in. */
  async addUser(name: string, ...options: readonly string[]): Promise<void> {
    const words = ["users", "add", name, "--password-stdin", ...options];
    const { code, stderr } = await this.running.trellis(words, { stdin: `${PASSWORD}\n` });
    if (code !== 0) throw new Error(stderr);
  }

  /** Logs somebody in to the Console in a browser of their own, and leaves them on its first page. */
  async logIn(name: string, context?: BrowserContext): Promise<Page> {
    const person = context ?? await this.browser.person();
    const page = await person.newPage();
    // It is only there to end a test that hangs.
    page.setDefaultTimeout(120_000);
    await page.goto(this.origin);
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByLabel("Name").fill(name);
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Go on" }).click();
    await page.getByRole("button", { name: "Let it in" }).click();
    await page.waitForURL(`${this.origin}/**`);
    await page.getByRole("heading", { level: 1 }).waitFor();
    return page;
  }

  /** Ends everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened.disposeAsync();
  }
}
