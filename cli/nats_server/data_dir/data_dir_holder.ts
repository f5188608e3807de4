import { join } from "node:path";
import { examineLeftover } from "./leftover.ts";
import { type DataDirRecord, readDataDirRecord } from "./data_dir_record.ts";

/** Who has a data directory at this moment. */
export type DataDirHolder =
  /** No process, as far as can be seen; only taking the lock decides. */
  | { readonly state: "free" }
  /** A living process, with what it has written down so far. */
  | { readonly state: "held"; readonly record?: DataDirRecord }
  /** A server whose owner was killed. */
  | { readonly state: "orphan"; readonly record: DataDirRecord };

/** Looks who has a data directory, without taking it and without creating anything. */
export async function inspectDataDir(storeDir: string): Promise<DataDirHolder> {
  const runDir = join(storeDir, "run");
  let file: Deno.FsFile;
  try {
    file = await Deno.open(join(runDir, "server.lock"), { write: true });
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    return { state: "free" }; // taking the lock reports what is wrong
  }
  try {
    const isFree = await file.tryLock(true);
    const record = await readDataDirRecord(runDir);
    if (!isFree) return { state: "held", record };
    if (record === undefined) return { state: "free" };
    const leftover = await examineLeftover(record, await Deno.realPath(storeDir));
    return leftover === "orphan" ? { state: "orphan", record } : { state: "free" };
  } finally {
    file.close();
  }
}
