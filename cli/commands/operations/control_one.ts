import { isErr } from "../../../contracts/result.ts";
import type { OpenQueue } from "../../jobs/open_queue.ts";
import { type AdminRequest, controlOperationBy } from "../../jobs/operation_access.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import type { Connected } from "../../program/connect_command.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { type JsonSource, readJsonSource } from "../../program/input/json_source.ts";

/** Has an operation end. */
export async function cancelOne(
  { id, reason }: { readonly id: string; readonly reason: string | undefined },
  open: OpenQueue,
  link: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const why = reason === undefined ? {} : { reason };
  return await ask({ action: "cancel", id, ...why }, open, link, context);
}

/** Sends an operation a signal. */
export async function signalOne(
  { id, signal, input = { from: "argument", value: {} } }: {
    readonly id: string;
    readonly signal: string;
    readonly input: JsonSource | undefined;
  },
  open: OpenQueue,
  link: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const value = (await readJsonSource(input)).take();
  if (isErr(value)) return failed(context, value.error);
  const request = { action: "signal", id, name: signal, input: value } as const;
  return await ask(request, open, link, context);
}

async function ask(
  request: AdminRequest,
  open: OpenQueue,
  link: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const record = (await controlOperationBy({ ...link, by: context.by }, open, request)).take();
  if (isErr(record)) return failed(context, record.error);
  const { id, state } = record;
  context.output.data({ id, state }, () => {
    if (request.action === "signal") return `${id} has the signal ${request.name}; it is ${state}`;
    return state === "cancelling"
      ? `${id} is told to end; it is cancelled when its handler returns`
      : `${id} is ${state}`;
  });
  return EXIT_CODE.ok;
}
