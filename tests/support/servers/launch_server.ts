import { findServerBinary } from "../../../cli/nats_server/binary/server_binary.ts";
import type { ServerSettings } from "../../../cli/nats_server/data_dir/server_command.ts";
import type { ServerProcess } from "../../../cli/nats_server/server_process.ts";
import { startServer } from "../../../cli/nats_server/start_server.ts";
import "../../../runtime/host/deno_host.ts";

/** Variable with the folder in which servers of tests keep their streams; else among temporary files. */
export const STORES_DIR = "TRELLIS_TEST_STORES";

/** What a test may choose of its server. */
export interface LaunchSettings
  extends Pick<ServerSettings, "name" | "host" | "maxPayload" | "configText"> {
  /** The folder in which the one of its streams is made. */
  readonly storesDir?: string;
  /** This nats-server, instead of the one that Trellis would use. */
  readonly binary?: string;
}

let found: Promise<string> | undefined;

/** A new folder for the streams of a server, in this one if it is given. */
export async function makeStoreDir(dir = Deno.env.get(STORES_DIR)): Promise<string> {
  return await Deno.makeTempDir({ prefix: "trellis-test-", dir });
}

/** Starts a server on a store; port 0 stands for any free one. */
export async function launchServer(
  storeDir: string,
  port: number,
  { binary, storesDir: _, ...settings }: LaunchSettings = {},
): Promise<ServerProcess> {
  // Looking for it starts a process.
  found ??= findServerBinary().then((found) => found.orThrow().path);
  return (await startServer({ binary: binary ?? await found, storeDir, port, ...settings }))
    .orThrow();
}
