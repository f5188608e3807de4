import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

/** Where the frameworks that Trellis is measured beside are; not in git, and in no lock file. */
const FOLDER = fileURLToPath(new URL("../.peers/", import.meta.url));

const DEPENDENCIES = {
  "@nats-io/transport-node": "3.4.0",
  "@nestjs/common": "12.5.1",
  "@nestjs/core": "12.5.1",
  "@nestjs/microservices": "12.1.1",
  "moleculer": "0.14.36",
  "nats": "2.29.3",
  "reflect-metadata": "0.2.2",
  "rxjs": "7.8.2",
};

/** Installs the frameworks with npm unless they are there; answers why it could not, if so. */
export async function installPeers(): Promise<string | undefined> {
  const manifest = JSON.stringify({ private: true, type: "module", dependencies: DEPENDENCIES });
  try {
    if (await Deno.readTextFile(`${FOLDER}installed`) === manifest) return undefined;
  } catch {
    // Not installed, or not to its end.
  }
  try {
    await Deno.mkdir(FOLDER, { recursive: true });
    await Deno.writeTextFile(`${FOLDER}package.json`, manifest);
    const { success, stderr } = await new Deno.Command("npm", {
      args: ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"],
      cwd: FOLDER,
      stdin: "null",
    }).output();
    if (!success) return `npm install failed ${new TextDecoder().decode(stderr).trim()}`.trim();
    await Deno.writeTextFile(`${FOLDER}installed`, manifest);
    return undefined;
  } catch (cause) {
    return `npm cannot be run: ${cause instanceof Error ? cause.message : String(cause)}`;
  }
}

/** Imports an installed framework; `T` is the part of it that is used. */
export async function importPeer<T>(name: string): Promise<T> {
  const path = createRequire(`${FOLDER}package.json`).resolve(name);
  const module = await import(pathToFileURL(path).href);
  // CommonJS modules may show all of their exports as the default one only.
  return { ...module.default, ...module } as T;
}
