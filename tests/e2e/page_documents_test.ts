import { Buffer } from "node:buffer";
import { assertEquals } from "@std/assert";
import { browserTest } from "../support/browser/browser_test.ts";
import { RunningPage } from "./support/running_page.ts";

const EXAMPLE = new URL("../../examples/documents/", import.meta.url);
const FILES = [
  "schemas.ts",
  "contracts/documents.ts",
  "contracts/desk.ts",
  "handlers/documents.ts",
];
/** Many chunks, and not text. */
const BYTES = Uint8Array.from({ length: 6_000_000 }, (_, i) => i % 251);

browserTest(
  "documents go up from a page and come down, and all tabs see what there is",
  async () => {
    await using running = await RunningPage.start(EXAMPLE, FILES);
    const ada = await running.browser.person();
    const first = await running.logIn(ada);
    await first.getByText("Nothing here yet.").waitFor();
    const second = await ada.newPage();
    const said: string[] = [];
    for (const page of [first, second]) {
      page.on("console", (message) => said.push(message.text()));
      page.on("pageerror", (error) => said.push(String(error)));
    }
    await second.goto(running.origin);

    const file = { name: "a b.bin", mimeType: "application/x-data", buffer: Buffer.from(BYTES) };
    await first.getByLabel("Upload documents").setInputFiles(file);
    await first.getByRole("progressbar", { name: "a b.bin" }).waitFor();
    const listed = second.getByRole("listitem").filter({ hasText: "6000000 bytes" });
    await listed.waitFor();

    const [download] = await Promise.all([
      second.waitForEvent("download"),
      listed.getByRole("button", { name: "Download" }).click(),
    ]);
    assertEquals(download.suggestedFilename(), "a b.bin");
    const path = await download.path();
    assertEquals(await Deno.readFile(path), BYTES);

    await first.getByRole("button", { name: "Remove" }).click();
    await second.getByText("Nothing here yet.").waitFor();
    assertEquals(await first.getByRole("progressbar").count(), 0);
    assertEquals(said.filter((line) => /policy|violat|uncaught|Error/i.test(line)), []);
  },
);
