import { lookup } from "mrmime";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import type { TypedStore } from "../../../runtime/store/typed_store.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { bytes } from "../../terminal/bytes.ts";
import { printable } from "../../terminal/printable.ts";
import { transferProgress } from "../../view/store_transfer.ts";
import { type CommandContext, type ExplainedError, failed } from "../../program/command_context.ts";
import { unreadable } from "../../program/json_source.ts";
import { storeFailed } from "./store_failed.ts";

/** Bytes read at once; as many as a chunk of an object has. */
const READ_BYTES = 512 << 10;

/** What is stored, and how. */
interface PutCommand {
  readonly key: string;
  /** A file, or `-`. */
  readonly from: string;
  /** Undefined: what the names of the file and of the object say. */
  readonly contentType: string | undefined;
  readonly metadata: readonly (readonly [name: string, value: string])[];
  /** Only if the key holds no object. */
  readonly create: boolean;
}

/** `store put`: from a file or from standard input, as the bytes come. */
export async function putObject(
  command: PutCommand,
  store: TypedStore,
  context: CommandContext,
): Promise<ExitCode> {
  const { key, from, create } = command;
  const { contentType = lookup(from) ?? lookup(key) ?? "application/octet-stream" } = command;
  const named = metadataOf(command.metadata).take();
  if (isErr(named)) {
    context.output.problem(named.error);
    return EXIT_CODE.usage;
  }
  const opened = (await openSource(from, context)).take();
  if (isErr(opened)) return failed(context, opened.error);
  using source = opened;
  const { signal, terminal, globals } = context;
  const progress = transferProgress(terminal, {
    label: key,
    total: source.size,
    quiet: globals.quiet,
  });
  let size = 0;
  const body = readAll(source, (read) => {
    size += read;
    progress.add(read);
  });
  const options = { contentType, metadata: named, signal };
  const stored = await (create ? store.create : store.put).call(store, key, body, options);
  progress[Symbol.dispose]();
  if (stored.isErr()) {
    const { message, reason } = stored.error;
    if (reason !== "exists") return storeFailed(context, stored.error, "nothing was stored");
    return failed(context, { message, code: reason, hint: "without --create it is replaced" });
  }
  context.output.data(
    { key, size, contentType, metadata: named },
    `${printable(key)} has ${bytes(size)}`,
  );
  return EXIT_CODE.ok;
}

function metadataOf(
  pairs: PutCommand["metadata"],
): Result<Record<string, string>, ExplainedError> {
  const names = pairs.map(([name]) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return ok(Object.fromEntries(pairs));
  return err({ code: "usage", message: `--metadata ${twice} is given twice; give it once` });
}

/** Where bytes come from. */
interface Source extends Disposable {
  /** Undefined when it is not known. */
  readonly size: number | undefined;
  read(into: Uint8Array): Promise<number | null>;
}

async function openSource(
  from: string,
  { canAsk, output }: CommandContext,
): Promise<Result<Source, ExplainedError>> {
  if (from === "-") {
    if (canAsk) output.talk("reading standard input up to Ctrl-D");
    return ok({
      size: undefined,
      read: (into) => Deno.stdin.read(into),
      [Symbol.dispose]() {},
    });
  }
  try {
    const file = await Deno.open(from);
    const { isFile, isDirectory, size } = await file.stat();
    if (isDirectory) {
      file.close();
      return err({ code: "is_directory", message: `${from} is a directory, not a file` });
    }
    return ok({
      size: isFile ? size : undefined,
      read: (into) => file.read(into),
      [Symbol.dispose]: () => file.close(),
    });
  } catch (error) {
    return err(unreadable(from, error));
  }
}

/** The memory of a piece is used again for the next one. */
async function* readAll(
  source: Source,
  onRead: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  const room = new Uint8Array(READ_BYTES);
  for (;;) {
    const read = await source.read(room);
    if (read === null) return;
    onRead(read);
    yield room.subarray(0, read);
  }
}
