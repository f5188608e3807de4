import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { frameworkFolder } from "./evaluation_permissions.ts";
import { namesIn, textOf } from "./read_files.ts";

/** Parts of a checkout of this framework that contracts are made with. */
const FRAMEWORK_PARTS = ["contracts", "runtime"];
/** Code of packages that may be changed in place, whatever a lock file says. */
const CHANGEABLE = ["node_modules", "vendor"];

/**
 * A key of all that has a part in evaluating contracts, beside the files that a content key is of: Deno, this
 * framework, and the packages of the lock files that may hold for a folder. Undefined where it cannot be known,
 * because nothing says which code the packages have.
 *
 * @param root absolute path of the project
 */
export function evaluationSurroundings(root: string): string | undefined {
  const hash = createHash("sha256");
  const add = (text: string) => hash.update(`${text.length}:`).update(text);
  let isLocked = false;
  for (let at = root;; at = dirname(at)) {
    const names = namesIn(at);
    if (CHANGEABLE.some((name) => names.includes(name))) return undefined;
    const lock = names.includes("deno.lock") ? textOf(join(at, "deno.lock")) : undefined;
    add(lock ?? "");
    isLocked ||= lock !== undefined;
    if (dirname(at) === at) break;
  }
  if (!isLocked) return undefined;
  for (const text of [Deno.version.deno, Deno.version.v8, import.meta.url]) add(text);
  // The address of a package has its version in it; a checkout is what its files are.
  if (frameworkFolder !== undefined) {
    for (const path of sources(frameworkFolder)) add(path), add(textOf(path) ?? "");
  }
  return hash.digest("base64url");
}

function sources(checkout: string): readonly string[] {
  const below = FRAMEWORK_PARTS.flatMap((part) =>
    readdirSync(join(checkout, part), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts") && !name.endsWith("_test.ts"))
      .map((name) => join(checkout, part, name))
  );
  const top = namesIn(checkout).filter((name) => /\.ts$|^deno\.json$/.test(name));
  return [...below, ...top.map((name) => join(checkout, name))].sort();
}
