import { join } from "node:path";
import { isRecord, readJson } from "../../contracts/json/json.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { ExplainedError } from "../program/command_context.ts";
import type { BackupServer, ListedStream, StreamCopy } from "./nats/backup_server.ts";
import { digestOfFile, partsOf } from "./hashed_file.ts";
import {
  type BackedUpStream,
  type BackupManifest,
  MANIFEST,
  readManifest,
  type STREAM_FILES,
} from "./manifest.ts";

/** How a backup is restored. */
export interface RestoreOptions {
  readonly server: BackupServer;
  readonly dir: string;
  /** Leave alone what an earlier restore of the same backup has made. */
  readonly resume: boolean;
  /** Servers that keep each stream at most; as many as in the backup unless given. */
  readonly replicas?: number | undefined;
  /** Told what is done. */
  readonly progress: (what: string) => void;
  readonly signal: AbortSignal;
}

/** What a restore has done. */
export interface Restored {
  readonly manifest: BackupManifest;
  /** Streams that it has made. */
  readonly made: readonly string[];
  /** Streams that were there, as they are in the backup. */
  readonly kept: readonly string[];
}

/**
 * Makes the streams of a backup, on a server that has none of them, after all files were found to be what was
 * written. Errors: `corrupt`, `digest_mismatch`, `exists`, `interrupted`, `newer_format`, `unreadable`, and those
 * of requests.
 */
export async function restore(
  { server, dir, resume, replicas = Infinity, progress, signal }: RestoreOptions,
): Promise<Result<Restored, ExplainedError>> {
  const read = (await readBackup(dir, progress, signal)).take();
  if (isErr(read)) return read;
  const there = (await server.streams("all")).take();
  if (isErr(there)) return there;
  const todo = whatToRestore(read.streams, there, resume).take();
  if (isErr(todo)) return todo;
  const made: string[] = [];
  for (const stream of todo) {
    if (signal.aborted) return err(interrupted(made.length, todo.length));
    progress(`restoring ${stream.name} (${made.length + 1} of ${todo.length})`);
    const copy = (await readCopy(dir, stream.name)).take();
    if (isErr(copy)) return copy;
    const num_replicas = Math.min(Number(copy.config.num_replicas ?? 1), replicas);
    const data = partsOf(fileOf(dir, stream.name, "stream.tar.s2"), signal);
    const config = { ...copy.config, num_replicas };
    const result = (await unlessStopped(
      () => server.restore(stream.name, { ...copy, config }, data),
      interrupted(made.length, todo.length),
      signal,
    )).take();
    if (isErr(result)) return result;
    if (!isSame(stream, result)) return err(different(stream, result));
    made.push(stream.name);
  }
  const kept = read.streams.map(({ name }) => name).filter((name) => !made.includes(name));
  return ok({ manifest: read, made, kept });
}

/** Which streams are to be made; none where one of them is there that is not as in the backup. */
export function whatToRestore(
  wanted: readonly BackedUpStream[],
  there: readonly ListedStream[],
  resume: boolean,
): Result<readonly BackedUpStream[], ExplainedError> {
  const found = new Map(there.map((stream) => [stream.name, stream]));
  const inTheWay = wanted.filter((stream) => {
    const other = found.get(stream.name);
    return other !== undefined && !(resume && isSame(stream, other));
  });
  if (inTheWay.length === 0) return ok(wanted.filter(({ name }) => !found.has(name)));
  const names = inTheWay.map(({ name }) => name);
  const shown = names.length > 5
    ? `${names.slice(0, 5).join(", ")} and ${names.length - 5} more`
    : names.join(", ");
  return err({
    code: "exists",
    message: `the server has data already (${shown}); nothing was restored`,
    hint: "restore onto a server without it, while no Trellis process runs there" +
      (resume ? "" : "; --resume goes on with a restore that was interrupted"),
  });
}

/** Whether a stream is as it was copied. How many messages it has tells nothing where that changes by itself. */
function isSame(
  { messages, lastSequence, lastSequenceAfter }: BackedUpStream,
  found: ListedStream,
): boolean {
  if (found.lastSequence < lastSequence || found.lastSequence > lastSequenceAfter) return false;
  return found.messages === messages || found.shrinks || lastSequence < lastSequenceAfter;
}

async function readBackup(
  dir: string,
  progress: (what: string) => void,
  signal: AbortSignal,
): Promise<Result<BackupManifest, ExplainedError>> {
  const text = (await reading(join(dir, MANIFEST), readManifestText)).take();
  if (isErr(text)) return text;
  const manifest = readManifest(text).take();
  if (isErr(manifest)) return manifest;
  for (const { name, files } of manifest.streams) {
    progress(`verifying ${name}`);
    for (const file of files) {
      const path = fileOf(dir, name, file.name);
      const there = (await reading(path, Deno.stat)).take();
      if (isErr(there)) return there;
      if (!there.isFile || there.size !== file.size) return err(damaged(path));
      const found = (await unlessStopped(
        () => reading(path, (path) => digestOfFile(path, signal)),
        STOPPED_EARLY,
        signal,
      )).take();
      if (isErr(found)) return found;
      if (found.sha256 !== file.sha256) return err(damaged(path));
    }
  }
  return ok(manifest);
}

/** To open a pipe would wait for ever, and a device may have no end. */
async function readManifestText(path: string): Promise<string> {
  if (!(await Deno.stat(path)).isFile) throw new Error("it is no file");
  return await Deno.readTextFile(path);
}

async function readCopy(dir: string, name: string): Promise<Result<StreamCopy, ExplainedError>> {
  const path = fileOf(dir, name, "backup.json");
  const text = (await reading(path, Deno.readTextFile)).take();
  if (isErr(text)) return text;
  const copy = readJson(text);
  if (!isRecord(copy)) return err(damaged(path));
  const { config, state } = copy;
  return isRecord(config) && isRecord(state) ? ok({ config, state }) : err(damaged(path));
}

function fileOf(dir: string, stream: string, file: typeof STREAM_FILES[number]): string {
  return join(dir, "streams", stream, file);
}

async function reading<T>(
  path: string,
  read: (path: string) => Promise<T>,
): Promise<Result<T, ExplainedError>> {
  try {
    return ok(await read(path));
  } catch (cause) {
    const reason = cause instanceof Deno.errors.NotFound ? "it is not there" : String(cause);
    return err({
      code: "unreadable",
      message: `${path} cannot be read: ${reason}; nothing was restored`,
      hint: "name the folder that trellis backup has written",
    });
  }
}

/** Does what throws, or fails, when `signal` stops it; then it fails with `error`. */
async function unlessStopped<T>(
  work: () => Promise<Result<T, ExplainedError>>,
  error: ExplainedError,
  signal: AbortSignal,
): Promise<Result<T, ExplainedError>> {
  try {
    const result = await work();
    return result.isErr() && signal.aborted ? err(error) : result;
  } catch (cause) {
    if (!signal.aborted) throw cause;
    return err(error);
  }
}

const STOPPED_EARLY: ExplainedError = {
  code: "interrupted",
  message: "interrupted before anything was restored",
  hint: "run it again",
};

function damaged(path: string): ExplainedError {
  return {
    code: "digest_mismatch",
    message: `${path} is not what was written; nothing was restored`,
    hint: "bring the backup here again from where it is kept",
  };
}

function different(stream: BackedUpStream, made: ListedStream): ExplainedError {
  return {
    code: "incomplete",
    message: `${stream.name} was restored with ${told(made)}, and had ${told(stream)}`,
    hint:
      "delete that stream, and restore with --resume; the server may be older than the one before",
  };
}

function told({ messages, lastSequence }: Pick<ListedStream, "messages" | "lastSequence">): string {
  return `${messages} messages up to number ${lastSequence}`;
}

function interrupted(done: number, all: number): ExplainedError {
  return {
    code: "interrupted",
    message: `interrupted when ${done} of ${all} streams were there`,
    hint: "go on with --resume",
  };
}
