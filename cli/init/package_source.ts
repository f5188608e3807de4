import { dirname, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { PACKAGE, VERSION } from "../version.ts";

/** How a new project gets Trellis. */
export interface PackageSource {
  /** `imports` of its `deno.json`. */
  readonly imports: Readonly<Record<string, string>>;
  /** `links` of its `deno.json`; none when everything comes from a registry. */
  readonly links: readonly string[];
}

/** Packages that a project imports besides Trellis itself. */
const LIBRARIES = {
  "@sinclair/typebox": "npm:@sinclair/typebox@^0.34.52",
  "@std/assert": "jsr:@std/assert@^1.0.19",
  "ulid": "npm:ulid@^3.0.2",
};

/**
 * From a checkout the project links to it, and to its stand-ins for packages of JSR; from JSR it
 * depends on the package of the same version.
 *
 * @param moduleUrl where this code runs from
 * @param target directory of the new project
 */
export function packageSource(moduleUrl: string, target: string): PackageSource {
  const imports = { [PACKAGE]: `jsr:${PACKAGE}@^${VERSION}`, ...LIBRARIES };
  if (!moduleUrl.startsWith("file:")) return { imports, links: [] };
  const checkout = dirname(dirname(dirname(fileURLToPath(moduleUrl))));
  const path = relative(target, checkout).replaceAll("\\", "/") || ".";
  const root = path.startsWith(".") ? path : `./${path}`;
  const standIns = ["transport-deno", "std-assert", "std-testing"];
  return { imports, links: [root, ...standIns.map((name) => `${root}/links/${name}`)] };
}
