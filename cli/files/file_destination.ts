import { basename, dirname, join } from "node:path";
import { err, ok, type Result } from "../../contracts/result.ts";
import type { ExplainedError } from "../program/command_context.ts";

/** Where the bytes of an object go. Disposed of before it is committed, it leaves nothing behind. */
export interface Destination extends AsyncDisposable {
  /** Whether a person reads along. */
  readonly isTerminal: boolean;
  /** Takes all the bytes; `closed` when nobody wants any more. */
  write(bytes: Uint8Array): Promise<Result<"written" | "closed", ExplainedError>>;
  /** Says that all bytes are there. */
  commit(): Promise<Result<void, ExplainedError>>;
}

/**
 * A file that appears under its name when it is whole: until then it has another name beside it, which
 * goes away when something fails. What is there already is only replaced when `force` says so.
 */
export async function openFile(
  path: string,
  force: boolean,
): Promise<Result<Destination, ExplainedError>> {
  try {
    const there = await existing(path);
    if (there?.isDirectory) return err(isDirectory(path));
    // A device or a pipe cannot be replaced, and keeps nothing half done.
    if (there !== undefined && isDevice(there)) {
      return ok(fileDestination(path, await Deno.open(path, { write: true })));
    }
    if (there !== undefined && !force) return err(taken(path));
    // Behind a link, the file is replaced and the link stays.
    const target = there === undefined ? path : await Deno.realPath(path);
    const part = join(dirname(target), `.${basename(target).slice(0, 100)}.${newName()}.part`);
    const file = await Deno.open(part, { write: true, createNew: true });
    return ok(fileDestination(path, file, {
      name: part,
      keep: () => force ? Deno.rename(part, target) : renameToNew(part, target),
    }));
  } catch (error) {
    return err(notWritten(path, error));
  }
}

/** A file that keeps what came when it is not committed: whoever opens it again goes on behind that. */
export interface KeptFile extends Destination {
  /** Bytes that came before. */
  readonly there: number;
  /** Reads them, once, from the first one on. */
  readThere(): AsyncIterable<Uint8Array>;
  /** Forgets them. */
  restart(): Promise<void>;
}

/**
 * The same as {@link openFile} for bytes that take long to come. Its other name holds `content`, which says what the
 * bytes are of: what came of something else is removed.
 *
 * @param content letters and digits
 */
export async function openKept(
  path: string,
  force: boolean,
  content: string,
): Promise<Result<KeptFile, ExplainedError>> {
  try {
    const there = await existing(path);
    if (there?.isDirectory) return err(isDirectory(path));
    if (there !== undefined && isDevice(there)) {
      return ok(keptNothing(fileDestination(path, await Deno.open(path, { write: true }))));
    }
    if (there !== undefined && !force) return err(taken(path));
    const target = there === undefined ? path : await Deno.realPath(path);
    const [folder, start] = [dirname(target), `.${basename(target).slice(0, 100)}.kept-`];
    const part = join(folder, `${start}${content}.part`);
    await removeOthers(folder, start, basename(part));
    const file = await Deno.open(part, { read: true, write: true, create: true });
    if (!await file.tryLock(true) || !await isStillAt(part, file)) {
      file.close();
      const message = `another process is writing ${path} at this moment`;
      return err({ code: "target_in_use", message });
    }
    const { size } = await file.stat();
    await file.seek(0, Deno.SeekMode.End);
    const destination = fileDestination(path, file, {
      name: part,
      isKept: true,
      keep: () => force ? Deno.rename(part, target) : renameToNew(part, target),
    });
    return ok({
      ...destination,
      there: size,
      readThere: () => readThere(file, size),
      async restart() {
        await file.truncate();
        await file.seek(0, Deno.SeekMode.Start);
      },
    });
  } catch (error) {
    return err(notWritten(path, error));
  }
}

/** Whether a file has not got its own name meanwhile, and is not reached by a link that somebody else has put there. */
async function isStillAt(path: string, file: Deno.FsFile): Promise<boolean> {
  const [there, own] = await Promise.all([Deno.lstat(path).catch(() => undefined), file.stat()]);
  return there?.isFile === true && there.ino === own.ino;
}

/** What cannot be gone on with, as a device and a pipe. */
export function keptNothing(destination: Destination): KeptFile {
  return {
    ...destination,
    there: 0,
    async *readThere() {},
    restart: () => Promise.resolve(),
  };
}

/** Leaves the place behind what was read, where bytes are added. */
async function* readThere(file: Deno.FsFile, size: number): AsyncGenerator<Uint8Array> {
  const room = new Uint8Array(512 << 10);
  await file.seek(0, Deno.SeekMode.Start);
  for (let left = size; left > 0;) {
    const read = await file.read(room.subarray(0, Math.min(left, room.length)));
    if (read === null) break;
    left -= read;
    yield room.subarray(0, read);
  }
  await file.seek(0, Deno.SeekMode.End);
}

/** Removes what came of other contents, unless a process is writing it. */
async function removeOthers(folder: string, start: string, own: string): Promise<void> {
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (!isFile || name === own || !name.startsWith(start) || !name.endsWith(".part")) continue;
    const path = join(folder, name);
    using file = await Deno.open(path, { read: true, write: true });
    if (await file.tryLock(true)) await Deno.remove(path);
  }
}

/** A file under the name that it has until it is whole. */
interface Part {
  readonly name: string;
  /** It stays when it is not whole. */
  readonly isKept?: boolean;
  /** Gives it its own name. */
  readonly keep: () => Promise<void>;
}

function fileDestination(path: string, file: Deno.FsFile, part?: Part): Destination {
  let left = part;
  let open = true;
  const close = () => {
    if (open) file.close();
    open = false;
  };
  return {
    isTerminal: false,
    async write(bytes) {
      try {
        for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await file.write(rest));
        return ok("written");
      } catch (error) {
        return err(notWritten(path, error));
      }
    },
    async commit() {
      try {
        // A name must not outlive a crash that its bytes do not.
        if (left !== undefined) await file.syncData();
        close();
        await left?.keep();
        left = undefined;
        return ok();
      } catch (error) {
        return err(
          error instanceof Deno.errors.AlreadyExists ? taken(path) : notWritten(path, error),
        );
      }
    },
    async [Symbol.asyncDispose]() {
      close();
      if (left !== undefined && !left.isKept) await Deno.remove(left.name).catch(() => {});
    },
  };
}

/** Renames without replacing a file that came meanwhile. */
async function renameToNew(from: string, to: string): Promise<void> {
  try {
    await Deno.link(from, to);
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists || await existing(to) !== undefined) {
      throw new Deno.errors.AlreadyExists(to);
    }
    // Some file systems have no links.
    return await Deno.rename(from, to);
  }
  await Deno.remove(from);
}

async function existing(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function isDevice(there: Deno.FileInfo): boolean {
  const { isCharDevice, isBlockDevice, isFifo, isSocket } = there;
  return [isCharDevice, isBlockDevice, isFifo, isSocket].includes(true);
}

function newName(): string {
  return crypto.randomUUID().slice(0, 8);
}

function isDirectory(path: string): ExplainedError {
  return { code: "is_directory", message: `${path} is a directory; name a file in it` };
}

function taken(path: string): ExplainedError {
  const hint = "--force replaces it; nothing was changed";
  return { code: "exists", message: `there is a file ${path} already`, hint };
}

/** Why a file, or a folder, was not written. */
export function notWritten(path: string, error: unknown): ExplainedError {
  if (error instanceof Deno.errors.NotFound) {
    const dir = dirname(path);
    return isThere(dir)
      ? {
        code: "not_written",
        message: `nothing can be made in ${dir}`,
        hint: "name another place",
      }
      : { code: "not_found", message: `there is no directory ${dir}` };
  }
  const reason = error instanceof Error ? error.message : String(error);
  const message = `${path} cannot be written: ${reason}`;
  if (!(error instanceof Deno.errors.NotCapable)) return { code: "not_written", message };
  const hint =
    "name a place in the project, or allow Deno to write there: --allow-write, in the task of deno.json";
  return { code: "not_written", message, hint };
}

/** Also false where this process may not look. */
function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
