import { join } from "node:path";
import { isErr, ok, type Result } from "../../contracts/result.ts";
import { findOrStartServer, type FoundServer } from "../nats_server/find_or_start.ts";
import { findServerBinary } from "../nats_server/binary/server_binary.ts";
import { MIN_SECURED_VERSION } from "../../runtime/nats/server_version.ts";
import { readKeyFolder } from "../nats_server/security/key_folder.ts";
import type { KeyMaterial } from "../nats_server/security/key_material.ts";
import { type SecuredSettings, securedSettings } from "../nats_server/security/secured_settings.ts";
import type { DevFailure, DevOptions } from "./dev_options.ts";

/** The NATS server of a project. */
export interface ProjectServer {
  readonly server: FoundServer;
  /** The keys that the project has, and their folder. */
  readonly keys: KeyMaterial | undefined;
  readonly keysDir: string;
}

/** A server that is looked for, or started. */
export type FindingServer = Promise<Result<ProjectServer, DevFailure>>;

/**
 * Finds or starts the NATS server of a project. Apart from the rest of a session, because it takes little code:
 * a server gets ready while the rest is loaded.
 *
 * @param onLaunched called when a server of its own runs, and gets ready
 */
export async function findProjectServer(
  options: Pick<
    DevOptions,
    "project" | "nats" | "waitMs" | "signal" | "defaultPort" | "pageOrigins" | "report"
  >,
  onLaunched: () => void,
): FindingServer {
  const { project, nats, waitMs, signal, defaultPort, pageOrigins = [], report } = options;
  const onProgress = (message: string) => report.working(message);
  // It may take a process of its own, which runs while keys are read or made.
  const findingBinary = nats ? undefined : findServerBinary({
    oldest: MIN_SECURED_VERSION,
    memory: join(project.stateDir, "nats-server.txt"),
    onProgress,
  });
  // What it throws is thrown where a server is started.
  findingBinary?.catch(() => {});
  const keysDir = join(project.stateDir, "keys");
  const security = (await readSecurity(nats, keysDir)).take();
  if (isErr(security)) return security;
  const { keys, settings } = security;
  report.working("looking for a NATS server");
  const found = await findOrStartServer({
    url: nats,
    waitMs,
    signal,
    defaultPort,
    storeDir: join(project.stateDir, "nats"),
    logFile: join(project.stateDir, "nats.log"),
    pageOrigins: [...pageOrigins],
    ...settings,
    onLaunched,
    onProgress,
    findingBinary,
  });
  return found.map((server) => ({ server, keys, keysDir }));
}

/** A server that is named has its keys already, if it asks for any. */
async function readSecurity(
  nats: string | undefined,
  keysDir: string,
): Promise<Result<Partial<SecuredSettings>, DevFailure>> {
  if (!nats) return await securedSettings(keysDir);
  return (await readKeyFolder(keysDir)).andThen((keys) => ok(keys === undefined ? {} : { keys }));
}
