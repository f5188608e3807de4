import { isRecord } from "../../../contracts/json/json.ts";
import { isErr } from "../../../contracts/result.ts";
import { listWork } from "../../jobs/list_work.ts";
import type { OpenQueue } from "../../jobs/open_queue.ts";
import type { WorkState } from "../../jobs/work_view.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { workJson, worksText } from "../../view/jobs/jobs_view.ts";

/** Lists a page of the jobs of a queue, or of operations of one kind. */
export async function listQueue(
  filter: {
    readonly state: WorkState | undefined;
    readonly limit: number;
    readonly after: string | undefined;
  },
  { box, letters, queue: { kind, name, settings } }: OpenQueue,
  context: CommandContext,
): Promise<ExitCode> {
  const page = (await listWork(box, letters, filter)).take();
  if (isErr(page)) return failed(context, page.error);
  const { work, next } = page;
  const { output, terminal: { out } } = context;
  const list = kind === "job" ? "jobs" : "operations";
  output.data(
    { [list]: work.map(workJson), next: next ?? null },
    () => worksText(kind, work, out, Date.now()),
  );
  if (work.length === 0 && next === undefined) {
    const which = filter.state === undefined ? "" : ` that ${isText(filter.state)}`;
    const created = isRecord(settings.schedules)
      ? `; its schedules create them: ${Object.keys(settings.schedules).join(", ")}`
      : "";
    output.talk(`there are no ${list} of ${name}${which}${created}`);
  }
  if (next !== undefined) output.talk(`there are more; --after ${next}`);
  return EXIT_CODE.ok;
}

function isText(state: WorkState): string {
  return state === "failed" ? "have failed" : `are ${state}`;
}
