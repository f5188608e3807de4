import { isErr } from "../../../contracts/result.ts";
import { commandLineOf, isRunning, waitUntilGone } from "./process_state.ts";
import { isServerCommand } from "./server_command.ts";
import { probeServer } from "../probe/probe_server.ts";
import { parseServerUrl } from "../probe/server_url.ts";
import type { DataDirRecord } from "./data_dir_record.ts";

/** The state of a recorded server whose owner is dead. */
export type Leftover =
  /** It is gone; the record means nothing. */
  | "gone"
  /** It runs on, on the same store. */
  | "orphan"
  /** Its process number is in use, and the system does not say by which program. */
  | "unknown";

/**
 * Finds out whether a recorded server still runs. Only for the holder of the store's lock.
 *
 * A process number alone proves nothing, because numbers are used again. A server that answers with the recorded
 * id is the recorded process, for ids are new with every start; one that does not answer
 * (frozen, or not ready yet) is known by the arguments that {@link isServerCommand} looks for.
 */
export async function examineLeftover(record: DataDirRecord, storeDir: string): Promise<Leftover> {
  if (!await isRunning(record.pid)) return "gone";
  if (await answersAsRecorded(record)) return "orphan";
  const commandLine = await commandLineOf(record.pid);
  if (commandLine === undefined) return await isRunning(record.pid) ? "unknown" : "gone";
  return isServerCommand(commandLine, storeDir) ? "orphan" : "gone";
}

async function answersAsRecorded({ url, serverId }: DataDirRecord): Promise<boolean> {
  const addresses = parseServerUrl(url ?? "").take();
  const address = isErr(addresses) ? undefined : addresses[0];
  if (address === undefined) return false;
  const identity = (await probeServer(address.host, address.port, 500)).take();
  return !isErr(identity) && identity.serverId === serverId;
}

/**
 * Stops an orphan; false when it would not go.
 *
 * Stopping is safer than going on with it: it runs with the settings and the version of an earlier
 * start, this process could not wait for its end or read its log, and it would outlive this one too. It loses
 * nothing: all that it has acknowledged is in its files, and clients reconnect to its successor.
 */
export async function stopOrphan(pid: number): Promise<boolean> {
  for (const [signal, deadlineMs] of [["SIGTERM", 1000], ["SIGKILL", 2000]] as const) {
    try {
      Deno.kill(pid, signal);
    } catch (cause) {
      if (cause instanceof Deno.errors.NotCapable) throw cause;
      return !await isRunning(pid); // gone in the meantime, or another user's
    }
    if (await waitUntilGone(pid, deadlineMs)) return true;
  }
  return false;
}
