import { isErr } from "../../../contracts/result.ts";
import { discardWork, type Emptied, judgeQueue, moveJobs } from "../../jobs/empty_queue.ts";
import { accessOf } from "../../jobs/job_access.ts";
import { takenPayload } from "../../jobs/moved_job.ts";
import type { OpenQueue } from "../../jobs/open_queue.ts";
import { openQueue } from "../../jobs/open_queue.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { confirm } from "../../program/confirm.ts";
import type { Connected } from "../../program/connect_command.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";

/** So many of those that stay are named. */
const MOST_NAMED = 20;

/** Throws away what waits in a queue, after a person has said that they mean it. */
export async function discardWaiting(
  values: {
    readonly ids?: readonly string[];
    readonly all?: boolean;
    readonly yes: boolean;
  },
  open: OpenQueue,
  link: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const { ids = [], all = false, yes } = values;
  if (all || ids.length > 0) {
    const message = "--waiting throws away all that wait; ids and --all name what was given up";
    return failed(context, { code: "usage", message, hint: "give one of them" });
  }
  const editor = { ...link, by: context.by };
  const judged = (await judgeQueue(open, editor)).take();
  if (isErr(judged)) return failed(context, judged.error);
  const going = judged.filter(({ stays }) => stays === undefined).length;
  const { queue } = open;
  if (going > 0) {
    const question = `throw away ${countText(open, going)} of ${queue.name}?`;
    const confirmed = (await confirm(question, yes, context)).take();
    if (isErr(confirmed)) {
      return context.signal.aborted ? EXIT_CODE.interrupted : failed(context, confirmed.error);
    }
  }
  const emptied = (await discardWork(open, judged, editor)).take();
  if (isErr(emptied)) return failed(context, emptied.error);
  const text = `discarded ${countText(open, emptied.gone)} of ${queue.name}`;
  return report("discarded", text, emptied, context);
}

/** Moves what waits in a queue of jobs into another one. */
export async function moveWaiting(
  { to, ifValid }: { readonly to: string; readonly ifValid: boolean },
  open: OpenQueue,
  link: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const { queue } = open;
  const editor = { ...link, by: context.by };
  if (to === queue.name) {
    return failed(context, { code: "usage", message: `${to} is the queue that they are in` });
  }
  const { deployment, kind } = queue;
  const target = (await openQueue({ deployment, kind, name: to }, link)).take();
  if (isErr(target)) return failed(context, target.error);
  const access = accessOf(target, editor).take();
  if (isErr(access)) return failed(context, access.error);
  const judged = (await judgeQueue(open, editor, ({ payloadVersion, body }) => {
    const taken = takenPayload(access.surface, payloadVersion, body).take();
    return isErr(taken) ? `does not fit ${to}: ${taken.error}` : undefined;
  })).take();
  if (isErr(judged)) return failed(context, judged.error);
  const staying = judged.filter(({ stays }) => stays !== undefined);
  if (staying.length > 0 && !ifValid) {
    nameThem(staying.map(({ id, stays = "" }) => ({ id, why: stays })), context);
    return failed(context, {
      code: "jobs_stay",
      message: `${staying.length} of ${judged.length} cannot be moved; nothing was`,
      hint: "--if-valid moves the others",
    });
  }
  const emptied = (await moveJobs(open, access, judged, editor)).take();
  if (isErr(emptied)) return failed(context, emptied.error);
  const text = `moved ${countText(open, emptied.gone)} of ${queue.name} to ${to}`;
  return report("moved", text, emptied, context);
}

function report(
  done: "moved" | "discarded",
  text: string,
  { gone, stay }: Emptied,
  context: CommandContext,
): ExitCode {
  context.output.data({ [done]: gone, stay }, text);
  nameThem(stay, context);
  return EXIT_CODE.ok;
}

function nameThem(stay: Emptied["stay"], { output }: CommandContext): void {
  for (const { id, why } of stay.slice(0, MOST_NAMED)) output.talk(`${id} stays: it ${why}`);
  if (stay.length > MOST_NAMED) output.talk(`and ${stay.length - MOST_NAMED} more stay`);
}

function countText({ queue: { kind } }: OpenQueue, count: number): string {
  return `${count} ${kind}${count === 1 ? "" : "s"}`;
}
