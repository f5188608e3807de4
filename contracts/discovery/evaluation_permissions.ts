import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const FRAMEWORK = new URL("../../", import.meta.url);
/** Packages from here are loaded through `import` permission even when they are cached. */
const REGISTRY = "jsr.io:443";

/** The folder of this framework when it runs from a checkout; undefined when it is a package. */
export const frameworkFolder: string | undefined = FRAMEWORK.protocol === "file:"
  ? fileURLToPath(FRAMEWORK)
  : undefined;

/**
 * What a contract file may do: read its project, the packages installed for it, and this framework.
 * Nothing beyond what this process itself may do: that would be refused as a whole.
 *
 * @param folders absolute paths of what the files may read
 */
export function evaluationPermissions(folders: readonly string[]): Deno.PermissionOptionsObject {
  const read = new Set(frameworkFolder === undefined ? [] : [frameworkFolder]);
  for (const folder of folders) {
    read.add(folder);
    // In a workspace, packages are installed above the project.
    for (let at = folder; dirname(at) !== at; at = dirname(at)) read.add(join(at, "node_modules"));
  }
  return {
    net: false,
    env: false,
    run: false,
    write: false,
    ffi: false,
    sys: false,
    import: importHosts(),
    read: [...read].filter((path) => granted({ name: "read", path })),
  };
}

/** Hosts of packages, as far as this process may load code from them. */
export function importHosts(): string[] {
  const hosts = FRAMEWORK.protocol === "file:"
    ? [REGISTRY]
    : [REGISTRY, `${FRAMEWORK.hostname}:${FRAMEWORK.port || "443"}`];
  return [...new Set(hosts)].filter((host) => granted({ name: "import", host }));
}

function granted(permission: Deno.PermissionDescriptor): boolean {
  return Deno.permissions.querySync(permission).state === "granted";
}
