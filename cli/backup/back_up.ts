import { join } from "node:path";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import { notWritten } from "../files/file_destination.ts";
import type { ExplainedError } from "../program/command_context.ts";
import { VERSION } from "../program/version.ts";
import type { BackupServer, ListedStream } from "./nats/backup_server.ts";
import { HashedFile } from "./hashed_file.ts";
import {
  type BackedUpStream,
  type BackupManifest,
  inCopyOrder,
  MANIFEST,
  manifestText,
  type WrittenFile,
} from "./manifest.ts";

/** How a backup is made. */
export interface BackUpOptions {
  readonly server: BackupServer;
  /** The folder, which is not there yet; it appears when the backup is whole. */
  readonly dir: string;
  /** Told how far it is. */
  readonly progress: (stream: string, bytes: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Copies all streams of Trellis to files, one after the other, each as it is at that moment, while others write.
 * Errors: `exists`, `interrupted`, `not_written`, `incomplete`, and those of requests.
 */
export async function backUp(
  { server, dir, progress, signal }: BackUpOptions,
): Promise<Result<BackupManifest, ExplainedError>> {
  const part = `${dir}.part`;
  try {
    for (const path of [dir, part]) {
      if (await Deno.stat(path).then(() => true, notThere)) return err(taken(path));
    }
    const createdAt = new Date().toISOString();
    const found = (await server.streams("trellis")).take();
    if (isErr(found)) return found;
    await Deno.mkdir(join(part, "streams"), { recursive: true, mode: 0o700 });
    let isWhole = false;
    try {
      const kept = found.filter(({ storage }) => storage === "file");
      const streams: BackedUpStream[] = [];
      for (const stream of inCopyOrder(kept)) {
        if (signal.aborted) return err(INTERRUPTED);
        const copied = (await copyStream(server, part, stream, progress, signal)).take();
        if (isErr(copied)) return copied;
        streams.push(copied);
      }
      const leftOut = found.filter(({ storage }) => storage !== "file")
        .map(({ name }) => ({ name, reason: "it is kept in memory" }));
      const manifest = { createdAt, trellis: VERSION, nats: server.version, streams, leftOut };
      await Deno.writeTextFile(join(part, MANIFEST), manifestText(manifest), { mode: 0o600 });
      await Deno.rename(part, dir);
      isWhole = true;
      return ok(manifest);
    } finally {
      if (!isWhole) await Deno.remove(part, { recursive: true }).catch(() => {});
    }
  } catch (cause) {
    return err(signal.aborted ? INTERRUPTED : notWritten(dir, cause));
  }
}

async function copyStream(
  server: BackupServer,
  dir: string,
  { name, consumers }: ListedStream,
  progress: BackUpOptions["progress"],
  signal: AbortSignal,
): Promise<Result<BackedUpStream, ExplainedError>> {
  const folder = join(dir, "streams", name);
  await Deno.mkdir(folder, { mode: 0o700 });
  using data = await HashedFile.create(join(folder, "stream.tar.s2"));
  let bytes = 0;
  progress(name, bytes);
  const copy = (await server.snapshot(name, async (part) => {
    signal.throwIfAborted();
    await data.write(part);
    progress(name, bytes += part.length);
  })).take();
  if (isErr(copy)) return copy;
  const after = (await server.stream(name)).take();
  if (isErr(after)) return after;
  using described = await HashedFile.create(join(folder, "backup.json"));
  await described.write(new TextEncoder().encode(JSON.stringify(copy, undefined, 2)));
  const files: WrittenFile[] = [
    { name: "backup.json", ...await described.end() },
    { name: "stream.tar.s2", ...await data.end() },
  ];
  const { messages, last_seq } = copy.state;
  return ok({
    name,
    messages: Number(messages),
    lastSequence: Number(last_seq),
    lastSequenceAfter: after.lastSequence,
    consumers,
    files,
  });
}

const INTERRUPTED: ExplainedError = {
  code: "interrupted",
  message: "interrupted; nothing was kept of this backup",
  hint: "run it again",
};

function taken(path: string): ExplainedError {
  return {
    code: "exists",
    message: `there is ${path} already; nothing was done`,
    hint: "name a folder that is not there yet, or remove what an interrupted backup has left",
  };
}

function notThere(cause: unknown): boolean {
  if (cause instanceof Deno.errors.NotFound) return false;
  throw cause;
}
