import { createHash } from "node:crypto";
import { modulesOf, readModuleGraph } from "./module_graph.ts";

/**
 * A key for each file that changes with its content and that of all local modules that it imports,
 * directly or not; undefined for files whose text does not say all that they read.
 *
 * @param paths absolute paths
 * @param root folder of the project, whose configuration maps names to files
 */
export function contentKeys(
  paths: readonly string[],
  root: string,
): readonly (string | undefined)[] {
  const graph = readModuleGraph(paths, root);
  const shared = graph.importMap.texts.join("\0");
  const hashes = new Map([...graph.modules].map(([path, { text }]) => [path, sha256(text ?? "")]));
  return paths.map((entry) => {
    const modules = [...modulesOf(graph, entry)];
    if (modules.some((path) => graph.modules.get(path)?.isComplete === false)) return undefined;
    return sha256([shared, ...modules.flatMap((path) => [path, hashes.get(path)])].join("\0"));
  });
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
