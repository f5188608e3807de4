import { isErr, ok } from "../../../contracts/result.ts";
import { StoreError } from "../../../runtime/store/store_error.ts";
import type { TypedStore } from "../../../runtime/store/typed_store.ts";
import type { TypedStoreEntry } from "../../../runtime/store/typed_store_entry.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { bytes } from "../../terminal/bytes.ts";
import { printable } from "../../terminal/printable.ts";
import { transferProgress } from "../../view/store/store_transfer.ts";
import { type CommandContext, type ExplainedError, failed } from "../../program/command_context.ts";
import { storeFailed } from "./store_failed.ts";
import { type Destination, openFile } from "../../files/file_destination.ts";
import { standardOutput } from "../../files/standard_output.ts";

/** `store get`: to standard output, or to a file that is there as a whole or not at all. */
export async function getObject(
  { key, out, force }: {
    readonly key: string;
    /** A file, or `-`; undefined: standard output, if it can take the bytes. */
    readonly out: string | undefined;
    /** Replace the file. */
    readonly force: boolean;
  },
  store: TypedStore,
  context: CommandContext,
): Promise<ExitCode> {
  const toFile = out !== undefined && out !== "-";
  const entry = await store.get(key, { signal: context.signal }).take();
  if (isErr(entry)) return storeFailed(context, entry.error);
  const opened = toFile ? await openFile(out, force) : ok(standardOutput(context, out === "-"));
  const destination = opened.take();
  if (isErr(destination)) return failed(context, destination.error);
  await using target = destination;
  const problem = await copy(entry, target, context);
  if (problem instanceof StoreError) {
    return storeFailed(context, problem, toFile ? "nothing was written" : undefined);
  }
  if (problem !== undefined) return failed(context, problem);
  if (!toFile) return EXIT_CODE.ok;
  const { info } = entry;
  context.output.data(
    { ...info, file: out },
    () => `${printable(out)} has ${bytes(info.size)}`,
  );
  return EXIT_CODE.ok;
}

async function copy(
  entry: TypedStoreEntry,
  target: Destination,
  { terminal, globals, signal }: CommandContext,
): Promise<StoreError | ExplainedError | undefined> {
  const stream = await entry.stream({ signal }).take();
  if (isErr(stream)) return stream.error;
  using progress = transferProgress(terminal, {
    label: entry.key,
    total: entry.info.size,
    quiet: globals.quiet || target.isTerminal,
  });
  try {
    for await (const chunk of stream) {
      const written = (await target.write(chunk)).take();
      if (isErr(written)) return written.error;
      // The reader has gone.
      if (written === "closed") return undefined;
      progress.add(chunk.length);
    }
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
  const done = await target.commit();
  return done.isErr() ? done.error : undefined;
}
