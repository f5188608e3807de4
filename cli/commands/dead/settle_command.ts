import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import type { WorkKind } from "../../../contracts/stored/work_names.ts";
import type { OpenLetters } from "../../letters/open_letters.ts";
import {
  type JudgedLetter,
  judgeLetters,
  type Settled,
  settleLetters,
  type Settlement,
} from "../../letters/settle_letters.ts";
import type { Letter } from "../../letters/letter.ts";
import { type CommandContext, type ExplainedError, failed } from "../../program/command_context.ts";
import { confirm } from "../../program/confirm.ts";
import type { Connected } from "../../program/connect_command.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { foundLetter } from "../../letters/found_letter.ts";

/** Which letters a person means. */
interface Chosen {
  readonly ids: readonly string[];
  readonly kind?: WorkKind;
  readonly group: string | undefined;
  readonly all: boolean;
}

/** So many of those that stay are named. */
const MOST_NAMED = 20;

/** Gives letters back to their groups and queues. */
export async function retryDead(
  { ifValid, ...chosen }: Chosen & { readonly ifValid: boolean },
  opened: OpenLetters,
  link: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const judged = (await chosenLetters(chosen, opened)).take();
  if (isErr(judged)) return failed(context, judged.error);
  const staying = judged.flatMap(({ letter, stays }) =>
    stays === undefined ? [] : [{ letter, why: stays }]
  );
  if (staying.length > 0 && !ifValid) {
    for (const { letter, why } of staying.slice(0, MOST_NAMED)) {
      context.output.talk(`${letter.id} ${why}`);
    }
    return failed(context, {
      code: "letters_stay",
      message: `${staying.length} of ${judged.length} cannot be retried; nothing was`,
      hint: "--if-valid retries the others",
    });
  }
  const going = judged.filter(({ stays }) => stays === undefined).map(({ letter }) => letter);
  const settled = (await settleLetters(opened, going, "retried", { ...link, by: context.by }))
    .take();
  if (isErr(settled)) return failed(context, settled.error);
  return report({ ...settled, stay: [...staying, ...settled.stay] }, "retried", opened, context);
}

/** Throws letters away, after a person has said that they mean it. */
export async function discardDead(
  { yes, ...chosen }: Chosen & { readonly yes: boolean },
  opened: OpenLetters,
  link: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const judged = (await chosenLetters(chosen, opened)).take();
  if (isErr(judged)) return failed(context, judged.error);
  const letters = judged.map(({ letter }) => letter);
  if (letters.length > 0) {
    const question = `throw away ${countText(letters.length)} of ${opened.deployment}?`;
    const confirmed = (await confirm(question, yes, context)).take();
    if (isErr(confirmed)) {
      return context.signal.aborted ? EXIT_CODE.interrupted : failed(context, confirmed.error);
    }
  }
  const settled = (await settleLetters(opened, letters, "discarded", { ...link, by: context.by }))
    .take();
  if (isErr(settled)) return failed(context, settled.error);
  return report(settled, "discarded", opened, context);
}

async function chosenLetters(
  { ids, kind, group, all }: Chosen,
  opened: OpenLetters,
): Promise<Result<readonly JudgedLetter[], ExplainedError>> {
  if (all === ids.length > 0) {
    const message = all ? "--all and ids exclude each other" : "nothing is named";
    // Commands on jobs and operations are given their queue.
    const one = kind === undefined ? ", with --group for one group" : "";
    return err({ code: "usage", message, hint: `give ids, or --all${one}` });
  }
  if (all) return await judgeLetters(opened, { kind, group });
  const chosen: JudgedLetter[] = [];
  for (const id of new Set(ids)) {
    const found = (await foundLetter(id, { kind, group }, opened)).take();
    if (isErr(found)) return found;
    const judged = (await judgeLetters(opened, { id, kind: found.kind, group: found.group }))
      .take();
    if (isErr(judged)) return judged;
    chosen.push(...judged);
  }
  return ok(chosen);
}

function report(
  { done, stay }: Settled,
  settlement: Settlement,
  { deployment }: OpenLetters,
  context: CommandContext,
): ExitCode {
  const { output } = context;
  const named = ({ id, group }: Letter) => ({ id, group });
  output.data(
    {
      [settlement]: done.map(named),
      stay: stay.map(({ letter, why }) => ({ ...named(letter), why })),
    },
    `${settlement} ${countText(done.length)} of ${deployment}`,
  );
  for (const { letter, why } of stay.slice(0, MOST_NAMED)) {
    output.talk(`${letter.id} of ${letter.group} stays: it ${why}`);
  }
  if (stay.length > MOST_NAMED) output.talk(`and ${stay.length - MOST_NAMED} more stay`);
  return EXIT_CODE.ok;
}

function countText(count: number): string {
  return count === 1 ? "1 dead letter" : `${count} dead letters`;
}
