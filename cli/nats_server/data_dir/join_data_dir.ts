import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { ServerError } from "../probe/server_error.ts";
import { probeServer, type ServerIdentity } from "../probe/probe_server.ts";
import { parseServerUrl, type ServerAddress } from "../probe/server_url.ts";
import { inspectDataDir } from "./data_dir_holder.ts";
import { dataDirInUse } from "./data_dir_lock.ts";

/** What there is on a store to go on with. */
export type JoinedDataDir =
  /** Nothing. */
  | { readonly state: "free" }
  /** A server whose owner was killed, on this port. */
  | { readonly state: "orphan"; readonly port: number }
  /** A server that a living Trellis process runs. */
  | {
    readonly state: "shared";
    readonly url: string;
    readonly identity: ServerIdentity;
    readonly owner: number;
    /** Where pages connect; missing where they may not. */
    readonly webSocketUrl?: string;
    /** The folder with its keys, when it is secured. */
    readonly keysDir?: string;
  };

/** How long a process that has taken a store may need until its server is ready, in milliseconds. */
const START_PATIENCE_MS = 60_000;

/** How often a server that was ready may fail to answer. */
const MAX_FAILURES = 3;

/**
 * Finds the server that runs on a store already, waiting for one that is just being started.
 *
 * Errors: `store_in_use` when a living process has the store and its server does not answer; `aborted`.
 */
export async function joinDataDir(
  storeDir: string,
  signal?: AbortSignal,
): Promise<Result<JoinedDataDir, ServerError>> {
  const end = performance.now() + START_PATIENCE_MS;
  for (let failures = 0;;) {
    const holder = await inspectDataDir(storeDir);
    if (holder.state === "free") return ok({ state: "free" });
    const address = addressOf(holder.record?.url);
    if (holder.state === "orphan") return ok({ state: "orphan", port: address?.port ?? 0 });
    const { record } = holder;
    if (record?.url !== undefined && address !== undefined) {
      const identity = (await probeServer(address.host, address.port, 1000)).take();
      if (!isErr(identity) && identity.serverId === record.serverId) {
        const { url, webSocketUrl, owner, keysDir } = record;
        return ok({
          state: "shared",
          url,
          identity,
          owner,
          ...(webSocketUrl === undefined ? {} : { webSocketUrl }),
          ...(keysDir === undefined ? {} : { keysDir }),
        });
      }
      failures++;
    }
    if (failures >= MAX_FAILURES || performance.now() > end) {
      return err(dataDirInUse(storeDir, record));
    }
    if (signal?.aborted) {
      const message = `the wait for the NATS server in ${storeDir} was ended by its caller`;
      return err(new ServerError("aborted", message, { hint: "Start again when it is wanted." }));
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

function addressOf(url: string | undefined): ServerAddress | undefined {
  const addresses = parseServerUrl(url ?? "").take();
  return isErr(addresses) ? undefined : addresses[0];
}
