import { isErr } from "../../../contracts/result.ts";
import type { OpenQueue } from "../../jobs/open_queue.ts";
import { pauseQueue, resumeQueue } from "../../jobs/pause_queue.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import type { Connected } from "../../program/connect_command.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";

/** Has a queue begin with nothing more. */
export async function pauseOne(
  { for: forMs }: { readonly for: number | undefined },
  { queue }: OpenQueue,
  link: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const paused = (await pauseQueue(queue, forMs, { ...link, by: context.by })).take();
  if (isErr(paused)) return failed(context, paused.error);
  const { deployment, name } = queue;
  context.output.data(
    { queue: name, paused: true, forMs: forMs ?? null },
    `${name} of ${deployment} begins with nothing more; what is in work goes on`,
  );
  return EXIT_CODE.ok;
}

/** Has a paused queue go on. */
export async function resumeOne(
  { queue }: OpenQueue,
  link: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const resumed = (await resumeQueue(queue, { ...link, by: context.by })).take();
  if (isErr(resumed)) return failed(context, resumed.error);
  const { deployment, name } = queue;
  context.output.data({ queue: name, paused: false }, `${name} of ${deployment} goes on`);
  return EXIT_CODE.ok;
}
