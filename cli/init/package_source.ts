import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { PACKAGE, VERSION } from "../program/version.ts";

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

/** Where this copy of the framework is: a folder of a checkout, or an address of a registry. */
const FRAMEWORK = new URL("../../", import.meta.url).href;

/**
 * From a checkout the project links to it, and with it to the other packages of its workspace; from
 * JSR it depends on the package of the same version.
 *
 * @param target directory of the new project
 * @param framework folder that Trellis runs from
 */
export function packageSource(target: string, framework = FRAMEWORK): PackageSource {
  const imports = { [PACKAGE]: `jsr:${PACKAGE}@^${VERSION}`, ...LIBRARIES };
  if (!framework.startsWith("file:")) return { imports, links: [] };
  const path = relative(target, fileURLToPath(framework)).replaceAll("\\", "/") || ".";
  const root = path.startsWith(".") ? path : `./${path}`;
  return { imports, links: [root] };
}
