import { resolve } from "node:path";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { openConnection } from "../../../runtime/nats/connection.ts";
import { backUp } from "../../backup/back_up.ts";
import { BackupServer } from "../../backup/nats/backup_server.ts";
import { restore } from "../../backup/restore.ts";
import { type CommandContext, type ExplainedError, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { serverOf } from "../../program/server_of_command.ts";
import { bytes } from "../../terminal/bytes.ts";
import { printable } from "../../terminal/printable.ts";
import { type Progress, progress } from "../../terminal/progress.ts";
import { keysFor, NAME_THE_KEYS, ofOtherKeys } from "../sessions/with_sessions.ts";

interface BackupValues {
  readonly dir: string;
  /** The folder of the keys; undefined: those of the project, if the server asks for any. */
  readonly keys: string | undefined;
}

/** Copies all data of Trellis to files. */
export function runBackup({ dir, keys }: BackupValues, context: CommandContext): Promise<ExitCode> {
  const { output, signal } = context;
  return withServer(keys, "backing up", context, async (server, work) => {
    const result = (await backUp({
      server,
      dir: resolve(dir),
      progress: (stream, count) => work.update(`backing up ${stream}, ${bytes(count)}`),
      signal,
    })).take();
    if (isErr(result)) return result;
    const { streams, leftOut } = result;
    const size = streams.flatMap(({ files }) => files).reduce((sum, { size }) => sum + size, 0);
    work.done(`backed up ${streams.length} streams, ${bytes(size)}`);
    output.data(
      {
        dir: resolve(dir),
        streams: streams.map(({ name, messages }) => ({ name, messages })),
        size,
        leftOut,
      },
      "",
    );
    output.talk(
      "keep besides: the keys (.trellis/keys), the seeds of services, and the configuration of NATS",
    );
    for (const { name, reason } of leftOut) {
      output.talk(`not in it: ${printable(name)}, ${reason}`);
    }
    return ok();
  });
}

/** Restores a backup. */
export function runRestore(
  { dir, keys, ...how }: BackupValues & {
    readonly resume: boolean;
    readonly replicas: number | undefined;
  },
  context: CommandContext,
): Promise<ExitCode> {
  return withServer(keys, "verifying the backup", context, async (server, work) => {
    const result = (await restore({
      server,
      dir: resolve(dir),
      ...how,
      progress: (what) => work.update(what),
      signal: context.signal,
    })).take();
    if (isErr(result)) return result;
    const { manifest: { createdAt }, made, kept } = result;
    const before = kept.length === 0 ? "" : `, ${kept.length} were there`;
    work.done(`restored ${made.length} streams${before}, as of ${createdAt}`);
    context.output.data({ createdAt, restored: made, kept }, "");
    return ok();
  });
}

/** Does something with the streams of a server, and shows how far it is. */
async function withServer(
  keys: string | undefined,
  label: string,
  context: CommandContext,
  run: (server: BackupServer, work: Progress) => Promise<Result<void, ExplainedError>>,
): Promise<ExitCode> {
  const opened = (await openServer(keys, context)).take();
  if (isErr(opened)) return failed(context, opened.error);
  await using link = opened;
  using work = progress(context.terminal, label, context.globals.quiet);
  const result = await run(link.server, work);
  if (result.isOk()) return EXIT_CODE.ok;
  work.fail();
  const code = failed(context, ofOtherKeys(result.error));
  return result.error.code === "interrupted" ? EXIT_CODE.interrupted : code;
}

/** A connection that may copy streams, and makes nothing on the server. */
async function openServer(
  keys: string | undefined,
  context: CommandContext,
): Promise<Result<AsyncDisposable & { readonly server: BackupServer }, ExplainedError>> {
  const found = (await serverOf(context)).take();
  if (isErr(found)) return found;
  const named = keys === undefined ? undefined : (await keysFor(keys, context)).take();
  if (isErr(named)) return named;
  const key = named?.platform ?? found.key;
  const opened = (await openConnection({
    servers: found.url,
    name: "trellis backup",
    ...(key && { key }),
  })).take();
  if (isErr(opened)) {
    const isKeyless = key === undefined && opened.error.code === "trellis.connection.unauthorized";
    const { code, message } = opened.error;
    return isKeyless ? err({ code, message, hint: NAME_THE_KEYS }) : opened;
  }
  return ok({ server: new BackupServer(opened), [Symbol.asyncDispose]: () => opened.close() });
}
