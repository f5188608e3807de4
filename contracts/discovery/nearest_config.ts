import { dirname, join } from "node:path";
import { stat } from "node:fs/promises";

/** Files that configure a project; of several in one folder, the first. */
const CONFIGURATIONS = ["deno.json", "deno.jsonc", "package.json"];

/** Path of the configuration that holds for a file: the nearest above it; undefined when there is none. */
export async function nearestConfig(path: string): Promise<string | undefined> {
  for (let at = dirname(path); dirname(at) !== at; at = dirname(at)) {
    for (const name of CONFIGURATIONS) {
      const file = join(at, name);
      if (await stat(file).then(() => true, () => false)) return file;
    }
  }
  return undefined;
}
