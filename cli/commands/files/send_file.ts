import { basename } from "node:path";
import {
  TransferError,
  type TransferErrorReason,
} from "../../../contracts/errors/transfer_error.ts";
import { digestJson } from "../../../contracts/json/digest.ts";
import type { JsonValue } from "../../../contracts/json/json.ts";
import { isErr, ok, type Result } from "../../../contracts/result.ts";
import { declaredLimit, largestFile } from "../../../contracts/schema/file_limits.ts";
import { isEnded } from "../../../contracts/stored/operation_record.ts";
import type { ByKey, Needs } from "../../../reconcile/needs/need_types.ts";
import { pause } from "../../../runtime/nats/pause.ts";
import { isRetryable } from "../../../runtime/rpc/is_retryable.ts";
import { newRequestId } from "../../../runtime/rpc/request_id.ts";
import type {
  UntypedOperation,
  UntypedOperationRef,
} from "../../../runtime/operations/operation_ref.ts";
import { failureOf } from "../../calls/call_served.ts";
import { type AsValues, linkAs, readAccepted } from "../../calls/link_as.ts";
import { findSurface, type ServedSurface } from "../../calls/served_surface.ts";
import { openServed, surfaceOf } from "../../calls/start_served.ts";
import { openSource, readAll, type Source } from "../../files/file_source.ts";
import { type CommandContext, type ExplainedError, failed } from "../../program/command_context.ts";
import type { CallerLink } from "../../program/connect_command.ts";
import type { ExitCode } from "../../program/exit_code.ts";
import { type JsonSource, readJsonSource } from "../../program/input/json_source.ts";
import { bytes } from "../../terminal/bytes.ts";
import { printable } from "../../terminal/printable.ts";
import { progress as spinner } from "../../terminal/progress.ts";
import { transferProgress } from "../../view/store/store_transfer.ts";
import { callFailed } from "../call/call_failed.ts";
import { viewsOf } from "../operations/start_one.ts";
import { followWork } from "../operations/watch_operation.ts";
import { sentInput } from "./sent_input.ts";
import { transferFailed } from "./transfer_failed.ts";

/** Operations of one file and one input that have ended, and are passed by to begin another. */
const MOST_ENDED = 1000;
/** Why nothing can become of an operation with this file any more. */
const OVER: readonly TransferErrorReason[] = ["expired", "changed"];
/** Milliseconds until it is tried again when the service or the server is away. */
const PAUSE_MS = 1000;

/** What the command was told. */
interface SendValues extends AsValues {
  /** Declared name, as `Documents.Upload`. */
  readonly operation: string;
  /** A path, or `-`. */
  readonly file: string;
  readonly input: JsonSource | undefined;
}

/**
 * Starts an operation with a file. The same file and input lead to the same operation until it has ended, so nothing
 * has to be kept here to go on after a crash.
 */
export async function sendFile(
  { operation: name, file, input = { from: "argument", value: {} }, as, contract }: SendValues,
  link: CallerLink,
  context: CommandContext,
): Promise<ExitCode> {
  if (file === "-" && input.from === "stdin") return failed(context, STDIN_TWICE);
  const given = (await readJsonSource(input)).take();
  if (isErr(given)) return failed(context, given.error);
  const accepted = (await readAccepted(link)).take();
  if (isErr(accepted)) return failed(context, accepted.error);
  const served = findSurface("operations", name, accepted).take();
  if (isErr(served)) return failed(context, served.error);
  const { transfer } = served.surface;
  if (accepted !== undefined && transfer?.direction !== "send") {
    return failed(context, takesNoFile(name));
  }
  const opened = (await openSource(file, context)).take();
  if (isErr(opened)) return failed(context, opened.error);
  using source = opened;
  const limit = limitOf(served, accepted);
  if (source.size !== undefined && limit !== undefined && source.size > limit) {
    return failed(context, tooLarge(file, source.size, limit));
  }
  const linked = (await linkAs({ as, contract }, link, context.by)).take();
  if (isErr(linked)) return failed(context, linked.error);
  await using caller = linked;
  const sent: SentFile = {
    name,
    file,
    source,
    input: sentInput(given, file, transfer ?? {}),
    operation: openServed(surfaceOf(served), caller.messaging),
  };
  const ref = (await send(sent, context)).take();
  if (isErr(ref)) return transferFailed(context, name, ref.error, source.changedAt !== undefined);
  const changes = (await ref.watch({ signal: context.signal })).take();
  if (isErr(changes)) return callFailed(context, failureOf(name, changes.error));
  return await followWork(name, viewsOf(changes), context, { onlyEnd: true });
}

/** One file, and what it is sent with. */
interface SentFile {
  readonly name: string;
  readonly file: string;
  readonly source: Source;
  readonly input: JsonValue;
  readonly operation: UntypedOperation;
}

/** Finds the operation of this file that has not ended, or starts one, and sends what it lacks. */
async function send(
  sent: SentFile,
  context: CommandContext,
): Promise<Result<UntypedOperationRef, Error>> {
  const { operation, input } = sent;
  const { signal } = context;
  for (let number = 0;; number++) {
    const requestId = number < MOST_ENDED ? requestIdOf(sent, number) : newRequestId();
    const started = (await operation.start(input, { requestId, signal })).take();
    if (isErr(started)) return started;
    const snapshot = (await started.get({ signal })).take();
    if (isErr(snapshot)) return snapshot;
    if (isEnded(snapshot.state)) continue;
    // The store has it: what is left is the work.
    if (snapshot.transfer?.state === "stored") return ok(started);
    const done = (await sendTo(started, sent, context)).take();
    if (!isErr(done)) return ok(started);
    const { error } = done;
    const isOver = error instanceof TransferError && OVER.includes(error.reason);
    if (!isOver || number >= MOST_ENDED || sent.source.rewind === undefined) return done;
    await sent.source.rewind();
    context.output.talk(`${printable(error.message)}; it is sent anew`);
  }
}

/** Sends a file, and again what did not arrive, for as long as what is in the way may pass. */
async function sendTo(
  { id }: UntypedOperationRef,
  { file, source, operation }: SentFile,
  context: CommandContext,
): Promise<Result<void, Error>> {
  const { signal, globals, terminal, output } = context;
  const about = { label: basename(file), total: source.size, quiet: globals.quiet };
  for (;;) {
    let [before, skipped] = [0, 0];
    using shown = new DisposableStack();
    const progress = shown.use(transferProgress(terminal, about));
    const sent = await operation.resume(id, {
      body: readAll(source),
      signal,
      onTransfer({ sent, there }) {
        progress.skip(there - skipped);
        progress.add(sent - before - (there - skipped));
        [before, skipped] = [sent, there];
        if (sent !== source.size) return;
        progress[Symbol.dispose]();
        const isShown = terminal.status.available && !globals.quiet;
        shown.use(spinner(terminal, `${about.label}  the service stores it`, !isShown));
      },
    });
    shown.dispose();
    const wrong = sent.take();
    if (!isErr(wrong)) {
      const was = skipped === 0 ? "" : `, ${bytes(skipped)} of it before`;
      if (before > 0) output.talk(`${printable(about.label)}: ${bytes(before)} sent${was}`);
      return ok();
    }
    const { error } = wrong;
    const mayPass = isRetryable(error) && source.rewind !== undefined;
    if (!mayPass || signal.aborted) return wrong;
    output.talk(`${printable(error.message)}; it is tried again`);
    await pause(PAUSE_MS, signal);
    await source.rewind?.();
  }
}

/** The same for the same file and input, so that a start that is made again answers the operation that it has made. */
function requestIdOf({ name, file, input, source }: SentFile, number: number): string {
  const { size = 0, changedAt } = source;
  // What is read from a pipe cannot be read again.
  if (changedAt === undefined) return newRequestId();
  const path = Deno.realPathSync(file);
  return `file-${digestJson({ name, path, size, changedAt, input, number })}`;
}

/** The most bytes that are taken, where that is known. */
function limitOf(
  { contract, surface: { transfer } }: ServedSurface,
  accepted: ByKey<Needs> | undefined,
): number | undefined {
  if (transfer === undefined) return undefined;
  const maxObjectBytes = largestFile(accepted?.[contract]?.resources.store[transfer.store] ?? {});
  return declaredLimit(transfer, { maxObjectBytes });
}

const STDIN_TWICE: ExplainedError = {
  code: "usage",
  message: "standard input cannot be both the file and the input",
};

function takesNoFile(name: string): ExplainedError {
  return {
    code: "no_file",
    message: `${name} is an operation that takes no file`,
    hint: "start it without one",
    command: ["operations", "start", "--watch", name],
  };
}

function tooLarge(file: string, size: number, limit: number): ExplainedError {
  const message = `${file} has ${bytes(size)}, and ${bytes(limit)} are the most; nothing was sent`;
  return { code: "too_large", message };
}
