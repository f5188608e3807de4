import { readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { isRecord } from "../../../contracts/json/json.ts";
import { CONFIGURATIONS } from "../../../contracts/discovery/nearest_config.ts";
import { parseJsonc } from "../../../contracts/discovery/jsonc.ts";

/** A repository and a copy of its files elsewhere. */
export interface MovedFiles {
  /** Where the files come from; absolute. */
  readonly from: string;
  /** Where they are now; absolute. */
  readonly to: string;
}

/**
 * Makes the configurations of Deno above a path in the copy hold there: what they name outside the repository
 * is found from the new place, too. A copy without any gets an empty one, because it lies below others.
 */
export async function moveConfiguration(path: string, moved: MovedFiles): Promise<void> {
  let found = false;
  for (let folder = path;; folder = dirname(folder)) {
    for (const name of CONFIGURATIONS) {
      const file = join(folder, name);
      const text = await readFile(file, "utf8").catch(() => undefined);
      if (text === undefined) continue;
      found = true;
      await moveReferences(file, text, moved);
      break;
    }
    if (folder === moved.to || dirname(folder) === folder) break;
  }
  if (!found) await writeFile(join(moved.to, "deno.json"), "{}");
}

async function moveReferences(file: string, text: string, moved: MovedFiles): Promise<void> {
  const configuration = parseJsonc(text);
  if (!isRecord(configuration)) return;
  const { links, imports } = configuration;
  const move = (entry: unknown) =>
    typeof entry === "string" ? movedReference(entry, dirname(file), moved) : entry;
  const changed = {
    ...configuration,
    ...(Array.isArray(links) ? { links: links.map(move) } : {}),
    ...(isRecord(imports)
      ? { imports: Object.fromEntries(Object.entries(imports).map(([key, to]) => [key, move(to)])) }
      : {}),
  };
  await writeFile(file, JSON.stringify(changed));
}

/** A relative path that leads out of the repository, as it reads from the new place. */
export function movedReference(entry: string, folder: string, { from, to }: MovedFiles): string {
  if (!/^\.{1,2}(?:\/|$)/.test(entry)) return entry;
  const target = resolve(from, relative(to, folder), entry);
  const isInside = !relative(from, target).startsWith("..");
  return isInside ? entry : relative(folder, target).replaceAll("\\", "/");
}
