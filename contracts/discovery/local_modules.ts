import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";

/** Static and dynamic imports, and re-exports, of relative modules. */
const IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*)["'](\.{1,2}\/[^"']+)["']/g;

/** The local files that a module is made of: itself, and what it imports by relative paths. */
export async function localModules(entry: string): Promise<ReadonlySet<string>> {
  const files = new Set<string>();
  const open = [entry];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (files.has(path)) continue;
    files.add(path);
    const text = await readFile(path, "utf8").catch(() => "");
    for (const [, specifier = ""] of text.matchAll(IMPORT)) {
      open.push(resolve(dirname(path), specifier));
    }
  }
  return files;
}
