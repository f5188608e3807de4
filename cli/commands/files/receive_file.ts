import { createHash } from "node:crypto";
import { TransferError } from "../../../contracts/errors/transfer_error.ts";
import { TransportError } from "../../../contracts/errors/transport_error.ts";
import type { JsonValue } from "../../../contracts/json/json.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import type { FileGrant } from "../../../contracts/schema/file_grant.ts";
import { objectDigest } from "../../../contracts/stored/object_digest.ts";
import type { ByKey, Needs } from "../../../reconcile/needs/need_types.ts";
import { fileFetcher } from "../../../runtime/transfer/receive/file_download.ts";
import { type CallFailure, callServed, failureOf } from "../../calls/call_served.ts";
import { type AsValues, linkAs, readAccepted } from "../../calls/link_as.ts";
import { findRpc } from "../../calls/served_rpc.ts";
import { servedSurfaces } from "../../calls/served_surface.ts";
import { findOperation, startServed } from "../../calls/start_served.ts";
import { type KeptFile, keptNothing, openKept } from "../../files/file_destination.ts";
import { standardOutput } from "../../files/standard_output.ts";
import { type CommandContext, type ExplainedError, failed } from "../../program/command_context.ts";
import type { CallerLink } from "../../program/connect_command.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { type JsonSource, readJsonSource } from "../../program/input/json_source.ts";
import { bytes } from "../../terminal/bytes.ts";
import { printable } from "../../terminal/printable.ts";
import { progress as spinner } from "../../terminal/progress.ts";
import { type TransferProgress, transferProgress } from "../../view/store/store_transfer.ts";
import { callFailed } from "../call/call_failed.ts";
import { contentOf, grantIn } from "./granted_file.ts";
import { transferFailed } from "./transfer_failed.ts";

/** What the command was told. */
interface ReceiveValues extends AsValues {
  /** Declared name of an RPC or an operation. */
  readonly name: string;
  readonly input: JsonSource | undefined;
  /** A file, or `-`; undefined: standard output, if it can take the bytes. */
  readonly out: string | undefined;
  /** Replace the file. */
  readonly force: boolean;
  /** Where the grant is in the answer; undefined where there is one. */
  readonly grant: string | undefined;
}

/** Calls an RPC, or starts an operation and waits for its end, and fetches the file that the answer grants. */
export async function receiveFile(
  { name, out, force, grant: pointer, as, contract, ...command }: ReceiveValues,
  link: CallerLink,
  context: CommandContext,
): Promise<ExitCode> {
  const input = command.input === undefined ? ok({}) : await readJsonSource(command.input);
  if (input.isErr()) return failed(context, input.error);
  const accepted = (await readAccepted(link)).take();
  if (isErr(accepted)) return failed(context, accepted.error);
  const linked = (await linkAs({ as, contract }, link, context.by)).take();
  if (isErr(linked)) return failed(context, linked.error);
  await using caller = linked;
  const asked = (await ask(name, input.value, accepted, caller, context)).take();
  if (isErr(asked)) {
    return "issues" in asked.error
      ? callFailed(context, asked.error)
      : failed(context, asked.error);
  }
  const grant = grantIn(asked.answer, name, pointer).take();
  if (isErr(grant)) return failed(context, grant.error);
  const toFile = out !== undefined && out !== "-";
  const opened =
    (toFile
      ? await openKept(out, force, contentOf(grant))
      : ok(keptNothing(standardOutput(context, out === "-")))).take();
  if (isErr(opened)) return failed(context, opened.error);
  await using target = opened;
  using progress = transferProgress(context.terminal, {
    label: out ?? name,
    total: lengthOf(grant),
    quiet: context.globals.quiet || target.isTerminal,
  });
  const fetched = (await fetchInto(target, grant, progress, caller, context)).take();
  progress[Symbol.dispose]();
  if (isErr(fetched)) {
    const { error } = fetched;
    return error instanceof Error
      ? transferFailed(context, name, error, toFile)
      : failed(context, error);
  }
  if (!toFile) return EXIT_CODE.ok;
  const { size, digest, contentType } = grant;
  const type = contentType === undefined ? {} : { contentType };
  const before = fetched === 0 ? "" : `, ${bytes(fetched)} of it before`;
  context.output.data(
    { file: out, size: lengthOf(grant), ...(grant.range ? { of: size } : {}), digest, ...type },
    () => `${printable(out)} has ${bytes(lengthOf(grant))}${before}`,
  );
  return EXIT_CODE.ok;
}

/** The answer of an RPC, or the output of an operation. */
async function ask(
  name: string,
  input: JsonValue,
  accepted: ByKey<Needs> | undefined,
  { messaging }: Pick<CallerLink, "messaging">,
  context: CommandContext,
): Promise<Result<{ readonly answer: unknown }, ExplainedError | CallFailure>> {
  const { signal, terminal, globals } = context;
  const isOperation = servedSurfaces("operations", accepted ?? {})
    .some(({ surface }) => surface.name === name);
  if (!isOperation) {
    const rpc = findRpc(name, accepted).take();
    if (isErr(rpc)) return rpc;
    const answer = await callServed(rpc, input, messaging, { signal });
    return answer.kind === "value" ? ok({ answer: answer.value }) : err(answer.error);
  }
  const surface = findOperation(name, accepted).take();
  if (isErr(surface)) return surface;
  const started = (await startServed(surface, input, messaging, { signal })).take();
  if (isErr(started)) return started;
  using _ = spinner(terminal, name, globals.quiet || !terminal.status.available);
  return (await started.wait({ signal })).map((answer) => ({ answer }))
    .mapErr((error) => failureOf(name, error));
}

/**
 * Fetches what a file lacks, and gives it its name when it is what was granted. Answers how much of it was there. What
 * was there and turns out to be something else is fetched again.
 */
async function fetchInto(
  target: KeptFile,
  grant: FileGrant,
  progress: TransferProgress,
  { messaging }: Pick<CallerLink, "messaging">,
  { signal }: CommandContext,
): Promise<Result<number, Error | ExplainedError>> {
  const { start, end } = grant.range ?? { start: 0, end: grant.size };
  const there = Math.min(target.there, end - start);
  if (target.there > there) await target.restart();
  const hash = createHash("sha256");
  for await (const piece of target.readThere()) hash.update(piece);
  progress.skip(there);
  const range = { start: start + there, end };
  const stream = (await fileFetcher(messaging)(grant, { range, signal }).stream()).take();
  if (isErr(stream)) return stream;
  try {
    for await (const chunk of stream) {
      const written = (await target.write(chunk)).take();
      if (isErr(written)) return written;
      // The reader has gone.
      if (written === "closed") return ok(there);
      hash.update(chunk);
      progress.add(chunk.length);
    }
  } catch (error) {
    if (error instanceof TransferError || error instanceof TransportError) return err(error);
    throw error;
  }
  const isWhole = grant.range === undefined || start === 0 && end === grant.size;
  if (isWhole && objectDigest(hash.digest()) !== grant.digest) {
    // It cannot be told what of it is wrong.
    await target.restart();
    const message = "what came is not what was granted, and was removed; fetch it again";
    return err(new TransferError({ reason: "digest_mismatch", message, id: grant.id }));
  }
  return (await target.commit()).map(() => there);
}

function lengthOf({ size, range }: FileGrant): number {
  return range === undefined ? size : range.end - range.start;
}
