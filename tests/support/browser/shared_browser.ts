import { shared } from "../shared.ts";
import { TestBrowser } from "./test_browser.ts";

const started = shared(() => TestBrowser.start());

/** The one browser of all tests in this process, for people of the caller's own. */
export async function openBrowser(): Promise<TestBrowser> {
  return (await started()).share();
}
