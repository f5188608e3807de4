import type { JsonValue } from "../../../contracts/json/json.ts";
import { TransportError } from "../../../contracts/errors/transport_error.ts";
import { TrellisError } from "../../../contracts/errors/trellis_error.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { readAccepted } from "../../calls/link_as.ts";
import { findSurface } from "../../calls/served_surface.ts";
import { startServed, surfaceOf } from "../../calls/start_served.ts";
import type { WorkView } from "../../jobs/work_view.ts";
import { type CommandContext, type ExplainedError, failed } from "../../program/command_context.ts";
import type { CallerLink } from "../../program/connect_command.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { type JsonSource, readJsonSource } from "../../program/input/json_source.ts";
import type { UntypedSnapshot } from "../../../runtime/operations/read_snapshot.ts";
import { failureOf } from "../../calls/call_served.ts";
import { callFailed } from "../call/call_failed.ts";
import { followWork } from "./watch_operation.ts";

/** Starts an operation as whoever is logged in, checked on both sides, and follows it if that is asked for. */
export async function startOne(
  { operation: name, input = { from: "argument", value: {} }, requestId, watch, timeout }: {
    /** Declared name, as `Report.Export`. */
    readonly operation: string;
    readonly input: JsonSource | undefined;
    readonly requestId: string | undefined;
    readonly watch: boolean;
    readonly timeout: number | undefined;
  },
  link: CallerLink,
  context: CommandContext,
): Promise<ExitCode> {
  const value = (await readJsonSource(input)).take();
  if (isErr(value)) return failed(context, value.error);
  const accepted = (await readAccepted(link)).take();
  if (isErr(accepted)) return failed(context, accepted.error);
  const served = findSurface("operations", name, accepted).take();
  if (isErr(served)) return failed(context, served.error);
  if (served.surface.transfer?.direction === "send") return failed(context, takesFile(name));
  const started = (await startServed(surfaceOf(served), value, link.messaging, {
    signal: context.signal,
    ...(timeout === undefined ? {} : { timeoutMs: timeout }),
    ...(requestId === undefined ? {} : { requestId }),
  })).take();
  if (isErr(started)) return callFailed(context, started.error);
  const { id, service: contract } = started;
  if (!watch) {
    context.output.data({ id, operation: name, contract }, id);
    return EXIT_CODE.ok;
  }
  // What is interrupted goes on, and its id is what finds it again.
  if (!context.globals.json) context.output.talk(id);
  const changes = (await started.watch({ signal: context.signal })).take();
  if (isErr(changes)) return callFailed(context, failureOf(name, changes.error));
  return await followWork(name, viewsOf(changes), context);
}

/** Started without its file, it would wait for that until its time is over. */
function takesFile(name: string): ExplainedError {
  return {
    code: "no_file",
    message: `${name} is an operation that a file comes with`,
    hint: "send it one",
    command: ["files", "send", name],
  };
}

/** What the service says of it, as commands show it. */
export async function* viewsOf(
  changes: AsyncIterable<UntypedSnapshot>,
): AsyncGenerator<Result<WorkView, ExplainedError>> {
  try {
    for await (const change of changes) yield ok(viewOf(change));
  } catch (cause) {
    if (!(cause instanceof TransportError)) throw cause;
    yield err(cause);
  }
}

function viewOf({ progress, output, error, attempt, ...snapshot }: UntypedSnapshot): WorkView {
  return {
    ...snapshot,
    attempt: Math.max(1, attempt),
    // What came over the wire is JSON.
    progress: progress as JsonValue | undefined,
    result: output as JsonValue | undefined,
    error: error === undefined ? undefined : errorJson(error),
  };
}

function errorJson(error: Error): JsonValue {
  return error instanceof TrellisError
    ? error.toSerializable() as JsonValue
    : { type: error.name, message: error.message };
}
