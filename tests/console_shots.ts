/**
 * Writes a picture of each page of the Console, at two widths, light and dark, into `.trellis/shots`:
 * `deno task console:shots`. Words behind it leave out the pages whose names have none of them.
 *
 * @module
 */
import { join } from "node:path";
import { askForDanger, consoleProject } from "./support/console/console_project.ts";
import { CONSOLE_PAGES } from "./support/console/console_pages.ts";
import { ConsoleSite } from "./support/console/console_site.ts";
import { ROOT } from "./support/source_files.ts";

const FOLDER = join(ROOT, ".trellis", "shots");
const WIDTHS = [360, 1440] as const;
const SCHEMES = ["light", "dark"] as const;

await using site = await ConsoleSite.start(await consoleProject());
const { running } = site;
await site.addUser("ada", "--display", "Ada Lovelace", "--admin");
await site.addUser("bob", "--display", "Bob");
const order = '{"customerId":"ada","items":[{"productId":"book","quantity":2}]}';
for (let count = 0; count < 5; count++) {
  await running.json(["call", "Orders.Create", order]);
}
await running.trellis(["call", "Shipping.Send", '{"orderId":"ord_1"}']);
await running.trellis(["grants", "add", "user:bob", "shipping.send"]);
await running.trellis(["devices", "add", "shop@v1"]);
await askForDanger(running.project);
await running.dev.until("waits for a decision");

await Deno.mkdir(FOLDER, { recursive: true });
const wanted = ([name]: readonly [string, string]) =>
  Deno.args.length === 0 || Deno.args.some((word) => name.includes(word));
const page = await site.logIn("ada");
const anonymous = await (await site.browser.person()).newPage();
for (const width of WIDTHS) {
  for (const colorScheme of SCHEMES) {
    for (
      const [name, path] of [...Object.entries(CONSOLE_PAGES), ["login", "/"] as const].filter(
        wanted,
      )
    ) {
      const at = name === "login" ? anonymous : page;
      await at.setViewportSize({ width, height: 900 });
      await at.emulateMedia({ colorScheme });
      await at.goto(site.origin + path);
      const file = join(FOLDER, `${name}-${width}-${colorScheme}.png`);
      await at.screenshot({ path: file, fullPage: true });
      const overflow = await at.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      if (overflow) console.log(`${name} is wider than ${width} px`);
    }
  }
}
console.log(`written into ${FOLDER}`);
