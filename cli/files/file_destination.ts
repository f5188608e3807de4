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
    if (there?.isDirectory) {
      return err({ code: "is_directory", message: `${path} is a directory; name a file in it` });
    }
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

/** A file under the name that it has until it is whole. */
interface Part {
  readonly name: string;
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
      if (left !== undefined) await Deno.remove(left.name).catch(() => {});
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

function taken(path: string): ExplainedError {
  const hint = "--force replaces it; nothing was changed";
  return { code: "exists", message: `there is a file ${path} already`, hint };
}

/** Why a file was not written. */
export function notWritten(path: string, error: unknown): ExplainedError {
  if (error instanceof Deno.errors.NotFound) {
    return { code: "not_found", message: `there is no directory ${dirname(path)}` };
  }
  const reason = error instanceof Error ? error.message : String(error);
  const message = `${path} cannot be written: ${reason}`;
  if (!(error instanceof Deno.errors.NotCapable)) return { code: "not_written", message };
  const hint =
    "allow Deno to write there, or leave --out away and redirect standard output: > file";
  return { code: "not_written", message, hint };
}
