import { deno } from "../e2e/support/trellis_command.ts";
import type { LocalRegistry } from "./local_registry.ts";

/** Publishes the package in a folder, as `deno publish` does it. */
export async function publishPackage(registry: LocalRegistry, cwd: string): Promise<void> {
  // Types and the state of the working tree are the business of other steps of the gate.
  const options = ["--quiet", "--no-check", "--allow-dirty", "--no-provenance"];
  const { code, stderr } = await deno(["publish", ...options, "--token", "any"], {
    cwd,
    env: { JSR_URL: registry.url, NO_COLOR: "1" },
  });
  if (code !== 0) throw new Error(`${cwd} cannot be published\n${stderr}`);
}

/** Publishes a package that stands in for one of JSR; from a copy, because it must not be published. */
export async function publishStandIn(registry: LocalRegistry, folder: string): Promise<void> {
  const copy = await Deno.makeTempDir({ prefix: "trellis-package-" });
  try {
    await copyFolder(folder, copy);
    const config = `${copy}/deno.json`;
    const { publish: _, ...rest } = JSON.parse(await Deno.readTextFile(config));
    await Deno.writeTextFile(config, JSON.stringify(rest));
    await publishPackage(registry, copy);
  } finally {
    await Deno.remove(copy, { recursive: true });
  }
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    const copy = isDirectory ? copyFolder : Deno.copyFile;
    await copy(`${from}/${name}`, `${to}/${name}`);
  }
}
