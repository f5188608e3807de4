import { isErr } from "../../../contracts/result.ts";
import { createJobBy } from "../../jobs/job_access.ts";
import type { OpenQueue } from "../../jobs/open_queue.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import type { Connected } from "../../program/connect_command.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { type JsonSource, readJsonSource } from "../../program/input/json_source.ts";

/** Creates a job with a payload from the command line, a file or stdin. */
export async function createOne(
  { payload = { from: "argument", value: {} }, delay, deadline, priority, id }: {
    readonly payload: JsonSource | undefined;
    readonly delay: number | undefined;
    readonly deadline: number | undefined;
    readonly priority: number | undefined;
    readonly id: string | undefined;
  },
  open: OpenQueue,
  link: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const value = (await readJsonSource(payload)).take();
  if (isErr(value)) return failed(context, value.error);
  const created = (await createJobBy({ ...link, by: context.by }, open, value, {
    ...(delay === undefined ? {} : { delayMs: delay }),
    ...(deadline === undefined ? {} : { deadlineMs: deadline }),
    // The command line has checked that there is such a class at all, creating it whether the queue has it.
    ...(priority === undefined ? {} : { priority: priority as 0 }),
    ...(id === undefined ? {} : { id }),
  })).take();
  if (isErr(created)) return failed(context, created.error);
  const { deployment, name } = open.queue;
  context.output.data({ id: created, queue: name, deployment }, created);
  return EXIT_CODE.ok;
}
