import { isErr } from "../../../contracts/result.ts";
import type { QueueKind } from "../../../contracts/stored/job_names.ts";
import type { OpenQueue } from "../../jobs/open_queue.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import type { Connected } from "../../program/connect_command.ts";
import type { ExitCode } from "../../program/exit_code.ts";
import { withConnection } from "../../program/with_connection.ts";

/** Runs a command on one queue of a deployment. */
export function withQueue(
  place: { readonly deployment: string; readonly kind: QueueKind; readonly name: string },
  context: CommandContext,
  run: (open: OpenQueue, link: Connected) => Promise<ExitCode>,
): Promise<ExitCode> {
  return withConnection(context, async (link) => {
    const { openQueue } = await import("../../jobs/open_queue.ts");
    const open = (await openQueue(place, link)).take();
    return isErr(open) ? failed(context, open.error) : await run(open, link);
  });
}
