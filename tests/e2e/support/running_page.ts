import type { BrowserContext, Page } from "playwright-core";
import { openBrowser } from "../../support/browser/shared_browser.ts";
import type { TestBrowser } from "../../support/browser/test_browser.ts";
import { RunningProcess } from "./running_process.ts";
import { TempProject } from "./temp_project.ts";

const PASSWORD = "correct horse battery";

/** An example with its page, as its task runs it, and a browser. */
export class RunningPage implements AsyncDisposable {
  readonly #opened: AsyncDisposableStack;
  readonly browser: TestBrowser;
  /** Where the page is. */
  readonly origin: string;
  readonly #firstAdmin: string;

  private constructor(
    opened: AsyncDisposableStack,
    browser: TestBrowser,
    { origin, firstAdmin }: { readonly origin: string; readonly firstAdmin: string },
  ) {
    this.#opened = opened;
    this.browser = browser;
    this.origin = origin;
    this.#firstAdmin = firstAdmin;
  }

  /** Runs it in a project of its own, which has these files of the example. */
  static async start(example: URL, files: readonly string[]): Promise<RunningPage> {
    await using opened = new AsyncDisposableStack();
    const texts = files.map((file) => [file, Deno.readTextFileSync(new URL(file, example))]);
    const project = opened.use(await TempProject.create(Object.fromEntries(texts)));
    const options = ["--port", "0", "--portal-port", "0", "--no-types"];
    const serve = ["run", "-A", "--no-check", new URL("serve.ts", example).href];
    const page = opened.use(new RunningProcess([...serve, ...options, "--project", project.dir]));
    const [browser] = await Promise.all([openBrowser(), page.until("/first-admin/")]);
    opened.use(browser);
    await page.until("\n");
    const [, origin = ""] = /^[a-z]+ +(http:\S+)/m.exec(page.stderr) ?? [];
    const [firstAdmin = ""] = /http:\S+\/first-admin\/\S+/.exec(page.stderr) ?? [];
    return new RunningPage(opened.move(), browser, { origin, firstAdmin });
  }

  /** Has somebody become the first admin, and log in to the page. */
  async logIn(person: BrowserContext): Promise<Page> {
    const page = await person.newPage();
    await page.goto(this.#firstAdmin);
    await page.getByLabel("Name").fill("ada");
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByLabel("The same again").fill(PASSWORD);
    await page.getByRole("button").click();
    await page.waitForLoadState();
    await page.goto(this.origin);
    await page.getByLabel("Name").fill("ada");
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Go on" }).click();
    await page.getByRole("button", { name: "Let it in" }).click();
    return page;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#opened.disposeAsync();
  }
}
