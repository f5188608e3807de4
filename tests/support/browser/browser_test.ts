import { hasChromium } from "./chromium.ts";

const ignore = !await hasChromium();

/** Registers a test that needs a browser. It is left out, and that is said, where there can be none. */
export function browserTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore, fn });
}
