import { join } from "node:path";
import { err, ok, type Result } from "../../../contracts/result.ts";
import { isRunning } from "./process_state.ts";
import { ServerError } from "../probe/server_error.ts";
import { type DataDirRecord, readDataDirRecord } from "./data_dir_record.ts";

/** The right to run a server on a data directory. Ends by itself when this process dies. */
export interface DataDirLock {
  /** The data directory, absolute and without symbolic links. */
  readonly storeDir: string;
  /** Where Trellis keeps what belongs to the running server: record, ports, configuration. */
  readonly runDir: string;
  /** Gives the right back; once is enough, twice is harmless. */
  release(): void;
}

/**
 * How long a lock without a ready server behind it is waited for, in milliseconds. Its holder is
 * starting one, and can be named soon, or only looks who has the store.
 */
const LOCK_PATIENCE_MS = 1000;

/**
 * Takes a store for this process, creating the directory when it is not there. JetStream does not lock
 * its files, and two servers on the same files destroy them.
 *
 * The lock is the operating system's lock on an open file and not a file that says "locked": it cannot
 * become stale, whichever way its holder dies. Who holds it stands in a file beside it, because
 * Windows does not allow a locked file to be read.
 */
export async function lockDataDir(storeDir: string): Promise<Result<DataDirLock, ServerError>> {
  let file: Deno.FsFile | undefined;
  try {
    const runDir = join(storeDir, "run");
    await Deno.mkdir(runDir, { recursive: true, mode: 0o700 });
    const place = { storeDir: await Deno.realPath(storeDir), runDir: await Deno.realPath(runDir) };
    file = await Deno.open(join(runDir, "server.lock"), { create: true, write: true, mode: 0o600 });
    const end = performance.now() + LOCK_PATIENCE_MS;
    while (!await file.tryLock(true)) {
      const record = await readDataDirRecord(runDir);
      const isSettled = record?.url !== undefined && await isRunning(record.owner);
      if (isSettled || performance.now() > end) {
        file.close();
        return err(dataDirInUse(storeDir, record));
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return ok({ ...place, release: releaseOnce(file) });
  } catch (cause) {
    file?.close();
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `the data directory ${storeDir} cannot be used: ${reason}`;
    const hint = "It must be on a local file system that this user may write to.";
    return err(new ServerError("store_unusable", message, { hint, cause }));
  }
}

function releaseOnce(file: Deno.FsFile): () => void {
  let held = true;
  return () => {
    if (held) file.close(); // which unlocks it as well
    held = false;
  };
}

/** The error that names the process that has a data directory, as far as that is known. */
export function dataDirInUse(storeDir: string, record: DataDirRecord | undefined): ServerError {
  const who = record === undefined
    ? "another Trellis process"
    : record.url === undefined
    ? `process ${record.owner}, which is starting a NATS server (process ${record.pid})`
    : `process ${record.owner}, whose NATS server (process ${record.pid}) listens on ${record.url}`;
  return new ServerError("store_in_use", `the data directory ${storeDir} is in use by ${who}`, {
    hint: record?.url === undefined
      ? "Stop the other process, or use another data directory."
      : `Connect to ${record.url}, stop process ${record.owner}, or use another data directory.`,
    pid: record?.pid,
    url: record?.url,
  });
}
