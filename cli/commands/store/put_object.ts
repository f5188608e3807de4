import { lookup } from "mrmime";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import type { TypedStore } from "../../../runtime/store/typed_store.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { bytes } from "../../terminal/bytes.ts";
import { printable } from "../../terminal/printable.ts";
import { transferProgress } from "../../view/store/store_transfer.ts";
import { type CommandContext, type ExplainedError, failed } from "../../program/command_context.ts";
import { openSource, readAll } from "../../files/file_source.ts";
import { storeFailed } from "./store_failed.ts";

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
