import { err, ok, type Result } from "../../contracts/result.ts";
import type { CommandContext, ExplainedError } from "../program/command_context.ts";
import { unreadable } from "../program/input/json_source.ts";

/** Bytes read at once; as many as a chunk of an object has. */
const READ_BYTES = 512 << 10;

/** Where bytes come from. */
export interface Source extends Disposable {
  /** Undefined when it is not known. */
  readonly size: number | undefined;
  /** When a file was changed last, in milliseconds; undefined for what is no file. */
  readonly changedAt: number | undefined;
  read(into: Uint8Array): Promise<number | null>;
  /** Begins at its start again; missing for what can be read once. */
  readonly rewind?: () => Promise<unknown>;
}

/** A file, or standard input for `-`. */
export async function openSource(
  from: string,
  { canAsk, output }: CommandContext,
): Promise<Result<Source, ExplainedError>> {
  if (from === "-") {
    if (canAsk) output.talk("reading standard input up to Ctrl-D");
    return ok({
      size: undefined,
      changedAt: undefined,
      read: (into) => Deno.stdin.read(into),
      [Symbol.dispose]() {},
    });
  }
  try {
    const file = await Deno.open(from);
    const { isFile, isDirectory, size, mtime } = await file.stat();
    if (isDirectory) {
      file.close();
      return err({ code: "is_directory", message: `${from} is a directory, not a file` });
    }
    return ok({
      size: isFile ? size : undefined,
      changedAt: isFile ? mtime?.getTime() : undefined,
      read: (into) => file.read(into),
      ...(isFile ? { rewind: () => file.seek(0, Deno.SeekMode.Start) } : {}),
      [Symbol.dispose]: () => file.close(),
    });
  } catch (error) {
    return err(unreadable(from, error));
  }
}

/** All bytes of a source. The memory of a piece is used again for the next one. */
export async function* readAll(
  source: Source,
  onRead: (bytes: number) => void = () => {},
): AsyncGenerator<Uint8Array> {
  const room = new Uint8Array(READ_BYTES);
  for (;;) {
    const read = await source.read(room);
    if (read === null) return;
    onRead(read);
    yield room.subarray(0, read);
  }
}
