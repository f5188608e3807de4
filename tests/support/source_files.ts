import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's folder. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** A file of the project. */
export interface SourceFile {
  /** Relative to the project, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** The `.ts` and `.tsx` files of some folders or files, at every depth; generated ones left out. */
export async function sourceFiles(...entries: readonly string[]): Promise<readonly SourceFile[]> {
  const found: SourceFile[] = [];
  const visit = async (path: string): Promise<void> => {
    const { isDirectory } = await Deno.stat(path);
    if (!isDirectory) {
      const name = relative(ROOT, path).replaceAll("\\", "/");
      if (/\.tsx?$/.test(name)) found.push({ path: name, text: await Deno.readTextFile(path) });
      return;
    }
    for await (const entry of Deno.readDir(path)) {
      if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
      if (!entry.isSymlink) await visit(join(path, entry.name));
    }
  };
  for (const entry of entries) await visit(join(ROOT, entry));
  return found.sort((a, b) => a.path < b.path ? -1 : 1);
}
