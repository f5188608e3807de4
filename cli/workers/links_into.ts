import { readdir, realpath } from "node:fs/promises";
import { join, relative, sep } from "node:path";

/** Not looked at: their links are those of packages, and lead to many files. */
const PASSED_OVER = ["node_modules", ".git"];
/** A project has fewer files; a start must not wait for a folder with millions. */
const MOST_ENTRIES = 10_000;

/**
 * Links below a folder that lead to kept files, by their names below it. A link that leads to a folder above
 * them is none: programs need such links, and reach with them what is beside the kept files too.
 *
 * @param kept real paths
 */
export async function linksInto(root: string, kept: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  const folders = [root];
  let seen = 0;
  for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
      if (++seen > MOST_ENTRIES) return found;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!PASSED_OVER.includes(entry.name) && !kept.includes(path)) folders.push(path);
        continue;
      }
      if (!entry.isSymbolicLink()) continue;
      const target = await realpath(path).catch(() => undefined);
      if (kept.some((one) => target === one || target?.startsWith(one + sep))) {
        found.push(relative(root, path));
      }
    }
  }
  return found;
}
