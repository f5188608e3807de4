import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { bundlePage, servePage } from "./serve_page.ts";

/** An example with a page. */
export interface ExampleWithPage {
  readonly name: string;
  /** Its folder. */
  readonly example: URL;
  /** Where its page is unless the command line says it, and the portal behind it. */
  readonly port: number;
}

/** Serves the page of an example, and runs Trellis beside it until that ends. */
export async function runPage({ name, example, port }: ExampleWithPage): Promise<never> {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: String(port) },
      "portal-port": { type: "string", default: String(port + 1) },
      project: { type: "string", default: fileURLToPath(example) },
      "no-types": { type: "boolean", default: false },
    },
  });
  const portalPort = Number(values["portal-port"]) || freePort();
  const page = servePage({
    example,
    port: Number(values.port),
    trellisUrl: `http://127.0.0.1:${portalPort}`,
    script: await bundlePage(example),
  });
  console.error(`${name.padEnd(7)} ${page.origin}\n`);

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
      `--allow-write=${join(values.project, ".trellis")}`,
      new URL("../cli/main.ts", import.meta.url).href,
      "dev",
      values.project,
      `--origin=${page.origin}`,
      `--portal-port=${portalPort}`,
      ...(values["no-types"] ? ["--no-types"] : []),
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
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
