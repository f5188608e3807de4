import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isRecord } from "../../contracts/json/json.ts";

/** Files that the language server reads once, when it starts. */
const READ_ONCE = new Set([
  "deno.json",
  "deno.jsonc",
  "deno.lock",
  "package.json",
  "tsconfig.json",
  "jsconfig.json",
  "import_map.json",
  ".npmrc",
]);

/** True for files after whose change a running server is out of date. */
export function isConfiguration(path: string): boolean {
  return READ_ONCE.has(basename(path));
}

/** The project's `deno.json` or `deno.jsonc`; undefined when it has neither. */
export async function configurationOf(projectDir: string): Promise<string | undefined> {
  for (const name of ["deno.json", "deno.jsonc"]) {
    const path = join(projectDir, name);
    if (await Deno.stat(path).then(({ isFile }) => isFile, () => false)) return path;
  }
}

/**
 * Whether the server took that configuration, from the parameters with which it told its
 * configuration tree. A server that missed it would check with other options and say nothing.
 */
export function hasTaken(configuration: string, tree: unknown): boolean {
  if (!isRecord(tree) || !Array.isArray(tree.data)) return false;
  return tree.data.some((scope) =>
    isRecord(scope) && isRecord(scope.denoJson) && typeof scope.denoJson.uri === "string" &&
    fileURLToPath(scope.denoJson.uri) === configuration
  );
}
