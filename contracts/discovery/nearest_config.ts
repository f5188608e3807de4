import { dirname, join } from "node:path";
import { realpath, stat } from "node:fs/promises";
import { cwd } from "node:process";

/** Files that say what imports stand for; the first of several in one folder holds. */
export const CONFIGURATIONS: readonly string[] = ["deno.json", "deno.jsonc"];
/** Files that a project has in its folder, one or another. */
export const PROJECT_FILES: readonly string[] = [...CONFIGURATIONS, "package.json"];

/** The nearest file with one of these names in a folder or above it; undefined when there is none. */
export async function nearestConfig(
  folder: string,
  names: readonly string[] = CONFIGURATIONS,
): Promise<string | undefined> {
  for (let at = folder; dirname(at) !== at; at = dirname(at)) {
    for (const name of names) {
      const file = join(at, name);
      if (await stat(file).then(() => true, () => false)) return file;
    }
  }
  return undefined;
}

/** The configuration that holds for a folder: its own, else that of the current folder; a path without links. */
export async function configOf(folder: string): Promise<string | undefined> {
  const file = await nearestConfig(folder) ?? await nearestConfig(cwd());
  // What it names lies beside the file itself, not beside a link to it.
  return file === undefined ? undefined : await realpath(file);
}
