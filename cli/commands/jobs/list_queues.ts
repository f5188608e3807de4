import { isErr } from "../../../contracts/result.ts";
import type { QueueKind } from "../../../contracts/stored/job_names.ts";
import { runningInstances } from "../../deployments/running_instances.ts";
import { readQueueFigures } from "../../jobs/queue_figures.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import type { Connected } from "../../program/connect_command.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { queuesJson, queuesText } from "../../view/jobs/queues_view.ts";

/** Lists the queues of a deployment with their figures. */
export async function listQueues(
  { service, kind }: { readonly service: string; readonly kind: QueueKind },
  { authority, messaging }: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const record = (await authority.show(service)).take();
  if (isErr(record)) return failed(context, record.error);
  const instances = await runningInstances(messaging);
  const figures = (await readQueueFigures([record], messaging, instances)).take();
  if (isErr(figures)) return failed(context, figures.error);
  const queues = figures.filter((queue) => queue.kind === kind);
  const { output, terminal: { out } } = context;
  output.data({ queues: queuesJson(queues) }, () => queuesText(queues, out, Date.now()));
  if (queues.length === 0) {
    output.talk(`${service} has no ${kind === "job" ? "queues of jobs" : "operations"}`);
  }
  return EXIT_CODE.ok;
}
