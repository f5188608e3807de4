import { join } from "node:path";
import { isRecord } from "../../../contracts/json/json.ts";
import { removeIfThere, writePrivateFile } from "./private_file.ts";

/** What is recorded about the server of a data directory, for the next process. */
export interface DataDirRecord {
  /** The process that started the server. */
  readonly owner: number;
  /** The server's own process. */
  readonly pid: number;
  /** Where it listens; missing until it is ready. */
  readonly url?: string;
  /** Where pages connect; missing where they may not. */
  readonly webSocketUrl?: string;
  /** See `ServerIdentity.serverId`; missing until it is ready. */
  readonly serverId?: string;
  /** The folder with the keys of a secured server; missing for one that lets in everybody. */
  readonly keysDir?: string;
}

function recordPath(runDir: string): string {
  return join(runDir, "server.json");
}

/**
 * The record that the last server left, undefined when there is none or it cannot be read. The one in a copy of
 * a folder is none: it is about the server of the folder that was copied, which may well run.
 */
export async function readDataDirRecord(runDir: string): Promise<DataDirRecord | undefined> {
  let content: unknown;
  try {
    content = JSON.parse(await Deno.readTextFile(recordPath(runDir)));
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound || cause instanceof SyntaxError) return undefined;
    throw cause;
  }
  if (!isRecord(content)) return undefined;
  const { owner, pid, url, webSocketUrl, serverId, keysDir, folder } = content;
  if (!isPid(owner) || !isPid(pid)) return undefined;
  if (typeof folder === "number" && folder !== await folderId(runDir)) return undefined;
  if (typeof url !== "string" || typeof serverId !== "string") return { owner, pid };
  return {
    owner,
    pid,
    url,
    serverId,
    ...(typeof webSocketUrl === "string" ? { webSocketUrl } : {}),
    ...(typeof keysDir === "string" ? { keysDir } : {}),
  };
}

function isPid(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0;
}

/** Writes the record; a reader sees the old one or the new one. */
export async function writeDataDirRecord(runDir: string, record: DataDirRecord): Promise<void> {
  const folder = await folderId(runDir);
  await writePrivateFile(recordPath(runDir), JSON.stringify({ ...record, folder }));
}

/** What stays the same when a folder is moved, and is another one in its copy; null where there is no such. */
async function folderId(dir: string): Promise<number | null> {
  return (await Deno.stat(dir)).ino;
}

/** Forgets the record; it need not be there. */
export async function removeDataDirRecord(runDir: string): Promise<void> {
  await removeIfThere(recordPath(runDir));
}
