import { err, ok, type Result } from "../../contracts/result.ts";
import { LogTail } from "./log_tail.ts";
import { clearRunFiles } from "./data_dir/server_command.ts";
import { ServerError } from "./probe/server_error.ts";
import type { DataDirLock } from "./data_dir/data_dir_lock.ts";
import { removeDataDirRecord, writeDataDirRecord } from "./data_dir/data_dir_record.ts";

/** How a server ended. */
export interface ServerExit {
  /** Its exit code. */
  readonly code: number;
  /** The signal that ended it, when one did. */
  readonly signal: Deno.Signal | null;
}

/** A server's process, ready or not, with all that must be waited for. */
export interface LaunchedServer {
  /** The process. */
  readonly child: Deno.ChildProcess;
  /** What it writes to standard error. */
  readonly tail: LogTail;
  /** Settled when it has ended, for any reason, and its data directory is free again. */
  readonly exited: Promise<ServerExit>;
  /** True from the moment that it has ended. */
  readonly hasExited: () => boolean;
  /** Says to other processes that it is not there for them: who wants a server waits until this one has ended. */
  readonly withdraw: () => Promise<void>;
}

/** Starts the program on a locked store. From here on the lock lives as long as the process does. */
export async function launchServer(
  lock: DataDirLock,
  binary: string,
  args: string[],
): Promise<Result<LaunchedServer, ServerError>> {
  let child;
  try {
    child = new Deno.Command(binary, {
      args,
      // Each reply has a subject of its own, which the server remembers for a while: with Go's default of
      // 100 it spends a seventh of its time on collecting those. It takes some 20 MiB more.
      env: { GOGC: Deno.env.get("GOGC") ?? "400" },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
      // In a process group of its own: Ctrl-C in a terminal reaches Trellis alone, which drains
      // before it stops the server.
      detached: true,
    }).spawn();
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    const hint = "Check that it is a nats-server program for this machine, and executable.";
    const message = `${binary} cannot be run: ${String(cause)}`;
    return err(new ServerError("binary_failed", message, { hint, cause }));
  }
  const launched = watch(child, new LogTail(child.stderr), lock);
  try {
    await launched.withdraw();
  } catch (cause) {
    await endServer(launched, 0);
    throw cause;
  }
  return ok(launched);
}

function watch(child: Deno.ChildProcess, tail: LogTail, lock: DataDirLock): LaunchedServer {
  // The last resort for Deno.exit() without a stop. Nothing helps against SIGKILL: that leaves an
  // orphan, which the next start on the same store stops.
  const onUnload = () => signalChild(child, "SIGTERM");
  globalThis.addEventListener("unload", onUnload);
  let over = false;
  const exited = child.status.then(async ({ code, signal }) => {
    over = true;
    globalThis.removeEventListener("unload", onUnload);
    await tail.ended;
    await leaveStore(lock);
    return { code, signal };
  });
  // Without an address, as while it starts.
  const withdraw = async () => {
    if (!over) await writeDataDirRecord(lock.runDir, { owner: Deno.pid, pid: child.pid });
  };
  return { child, tail, exited, hasExited: () => over, withdraw };
}

async function leaveStore(lock: DataDirLock): Promise<void> {
  try {
    await removeDataDirRecord(lock.runDir);
    await clearRunFiles(lock);
  } catch {
    // The next start clears what is left; that the server has ended matters more than its files.
  } finally {
    lock.release();
  }
}

/** Asks the process to end, ends it by force after the deadline (at once for 0), and waits for it. */
export async function endServer(launched: LaunchedServer, deadlineMs: number): Promise<void> {
  const { child, exited } = launched;
  signalChild(child, deadlineMs > 0 ? "SIGTERM" : "SIGKILL");
  const timer = setTimeout(() => signalChild(child, "SIGKILL"), deadlineMs);
  try {
    await exited;
  } finally {
    clearTimeout(timer);
  }
}

function signalChild(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch (cause) {
    // Deno throws a TypeError for a child that has ended, which is what was wanted.
    if (!(cause instanceof TypeError || cause instanceof Deno.errors.NotFound)) throw cause;
  }
}
