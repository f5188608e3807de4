/**
 * Serves the page of the notes, and runs Trellis beside it: `deno task notes`.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { bundlePage, servePage } from "./serve_page.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "4280" },
    "portal-port": { type: "string", default: "4281" },
    project: { type: "string", default: import.meta.dirname ?? "." },
  },
});
const portalPort = Number(values["portal-port"]) || freePort();
const page = servePage({
  port: Number(values.port),
  trellisUrl: `http://127.0.0.1:${portalPort}`,
  script: await bundlePage(),
});
console.error(`notes   ${page.origin}\n`);

const trellis = new Deno.Command(Deno.execPath(), {
  args: [
    "run",
    "--unstable-lazy-dynamic-imports",
    "--no-prompt",
    "--allow-net",
    "--allow-env",
    "--allow-read",
    "--allow-run",
    "--allow-sys",
    `--allow-write=${values.project}/.trellis`,
    new URL("../../cli/main.ts", import.meta.url).href,
    "dev",
    values.project,
    `--origin=${page.origin}`,
    `--portal-port=${portalPort}`,
  ],
}).spawn();
// Ctrl-C goes to both: Trellis ends in good order, and this process after it.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => {
    try {
      trellis.kill(signal);
    } catch {
      // It has ended already.
    }
  });
}
const { code } = await trellis.status;
await page.stop();
Deno.exit(code);

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
