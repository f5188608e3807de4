import { isErr } from "../../../contracts/result.ts";
import { cancelJobBy } from "../../jobs/job_access.ts";
import type { OpenQueue } from "../../jobs/open_queue.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import type { Connected } from "../../program/connect_command.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";

/** Takes a job back. */
export async function cancelOne(
  { id, reason }: { readonly id: string; readonly reason: string | undefined },
  open: OpenQueue,
  link: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const state = (await cancelJobBy({ ...link, by: context.by }, open, id, reason)).take();
  if (isErr(state)) return failed(context, state.error);
  const text = state === "cancelling"
    ? `${id} is told to end; it is cancelled when its handler returns`
    : state === "cancelled"
    ? `${id} is cancelled`
    : `${id} is ${state} already`;
  context.output.data({ id, state }, text);
  return EXIT_CODE.ok;
}
