import { readdir, realpath, stat } from "node:fs/promises";
import { dirname, sep } from "node:path";
import { contentKeys } from "./content_key.ts";
import type { DiscoveryPort } from "./discovery_port.ts";
import { evaluateFiles } from "./evaluate_files.ts";
import { nearestConfig, PROJECT_FILES } from "./nearest_config.ts";

/** Discovery in the file system, with processes. */
export const denoDiscovery: DiscoveryPort = {
  names,
  refusal,
  readableFor,
  contentKeys,
  evaluate: evaluateFiles,
};

async function names(folder: string): Promise<readonly string[] | undefined> {
  return await readdir(folder).catch(() => undefined);
}

async function refusal(path: string, boundary: string | undefined): Promise<string | undefined> {
  try {
    const [real, limit] = await Promise.all([
      realpath(path),
      boundary === undefined ? undefined : realpath(boundary),
    ]);
    if (limit !== undefined && !real.startsWith(limit.endsWith(sep) ? limit : limit + sep)) {
      return "is a link that leaves the project";
    }
    // What may read it is told to Deno by its path, and Deno takes a comma for the end of one.
    if (real.includes(",")) return "cannot be read: its path has a comma";
    return (await stat(real)).isFile() ? undefined : "is not a file";
  } catch (error) {
    return `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** The nearest folder with a configuration, else the one that the file's folder is in. */
async function readableFor(path: string): Promise<string> {
  const folder = dirname(path);
  return dirname(await nearestConfig(folder, PROJECT_FILES) ?? folder);
}
