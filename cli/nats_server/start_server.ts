import { join, resolve } from "node:path";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import { endServer, type LaunchedServer, launchServer } from "./launch.ts";
import { examineLeftover, stopOrphan } from "./data_dir/leftover.ts";
import { fileLength, readLogFile } from "./log_tail.ts";
import { portsDir, prepareCommand } from "./data_dir/server_command.ts";
import { ServerError } from "./probe/server_error.ts";
import { ServerProcess } from "./server_process.ts";
import type { StartServerOptions } from "./start_server_options.ts";
import { waitUntilReady } from "./server_ready.ts";
import { aborted, endedEarly, tooSlow } from "./start_failure.ts";
import { dataDirInUse, type DataDirLock, lockDataDir } from "./data_dir/data_dir_lock.ts";
import {
  readDataDirRecord,
  removeDataDirRecord,
  writeDataDirRecord,
} from "./data_dir/data_dir_record.ts";

/**
 * Starts a NATS server with JetStream and waits until it takes clients. A server that an earlier,
 * killed process left on the same store is stopped first.
 *
 * Errors: `store_in_use`, `store_unusable`, `binary_failed`, `port_taken`, `exited_early`,
 * `start_timeout`, `aborted`.
 */
export async function startServer(
  options: StartServerOptions,
): Promise<Result<ServerProcess, ServerError>> {
  if (options.signal?.aborted) return err(aborted(options.storeDir));
  const lock = (await lockDataDir(options.storeDir)).take();
  if (isErr(lock)) return lock;
  let launched: LaunchedServer | undefined;
  try {
    const cleared = (await clearLeftover(lock, options)).take();
    if (isErr(cleared)) return cleared;
    await tryRoom(lock.runDir);
    const logFrom = await fileLength(options.logFile ?? "");
    const result = (await launchServer(lock, options.binary, await prepareCommand(lock, options)))
      .take();
    if (isErr(result)) return result;
    launched = result;
    options.onLaunched?.();
    return await awaitReady(lock, launched, options, logFrom);
  } catch (cause) {
    if (launched !== undefined) await endServer(launched, 0);
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    const message = `the server's files in ${lock.runDir} cannot be written: ${String(cause)}`;
    const hint = "Check the rights and the free space of the data directory.";
    return err(new ServerError("store_unusable", message, { hint, cause }));
  } finally {
    if (launched === undefined) lock.release();
  }
}

/** Bytes that a server needs to say where it listens, and to begin with its store. */
const ROOM_BYTES = 64 * 1024;

/** Throws where the disk is full: a server would start there, and never be ready. */
async function tryRoom(dir: string): Promise<void> {
  const path = join(dir, "room");
  try {
    await Deno.writeFile(path, new Uint8Array(ROOM_BYTES));
  } finally {
    await Deno.remove(path).catch(() => {});
  }
}

/** Stops what an earlier process left on the store; the lock says that this process is dead. */
async function clearLeftover(
  lock: DataDirLock,
  { onProgress }: StartServerOptions,
): Promise<Result<void, ServerError>> {
  const record = await readDataDirRecord(lock.runDir);
  if (record === undefined) return ok();
  const leftover = await examineLeftover(record, lock.storeDir);
  if (leftover === "orphan") {
    onProgress?.(`stopping the NATS server that an earlier run left (process ${record.pid})`);
  }
  const stopped = leftover === "gone" || leftover === "orphan" && await stopOrphan(record.pid);
  if (!stopped) return err(dataDirInUse(lock.storeDir, record));
  await removeDataDirRecord(lock.runDir);
  return ok();
}

async function awaitReady(
  lock: DataDirLock,
  launched: LaunchedServer,
  options: StartServerOptions,
  logFrom: number,
): Promise<Result<ServerProcess, ServerError>> {
  const { signal, readyTimeoutMs = 60_000 } = options;
  const end = performance.now() + readyTimeoutMs;
  const over = () => launched.hasExited() || signal?.aborted === true || performance.now() > end;
  const host = reachableHost(options.host ?? "127.0.0.1");
  const ready = await waitUntilReady(portsDir(lock), host, over);
  if (ready !== undefined && !over()) {
    const server = new ServerProcess(launched, host, ready);
    const { url, webSocketUrl, pid } = server;
    const { serverId } = ready.identity;
    const { keysDir } = options;
    await writeDataDirRecord(lock.runDir, {
      owner: Deno.pid,
      pid,
      url,
      serverId,
      ...(webSocketUrl === undefined ? {} : { webSocketUrl }),
      ...(keysDir === undefined ? {} : { keysDir: resolve(keysDir) }),
    });
    return ok(server);
  }
  const exitedEarly = launched.hasExited();
  await endServer(launched, 0);
  if (signal?.aborted) return err(aborted(options.storeDir));
  const file = options.logFile === undefined ? [] : await readLogFile(options.logFile, logFrom);
  const log = [...launched.tail.lines(), ...file];
  return err(exitedEarly ? endedEarly(options, log) : tooSlow(options, readyTimeoutMs, log));
}

/** What a client of this machine connects to when the server listens everywhere. */
function reachableHost(host: string): string {
  return host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
}
