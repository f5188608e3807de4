import { isErr } from "../../../contracts/result.ts";
import { usagesOf, useStandings } from "../../../reconcile/needs/use_standing.ts";
import type { AuthorityRecord } from "../../../reconcile/records/authority_record.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { actionJson } from "../../words/action_words.ts";
import { reconciledLines } from "../../words/reconciled_lines.ts";
import { historyText } from "../../view/history_view.ts";
import { runningInstances } from "../../deployments/running_instances.ts";
import { readWorkFigures } from "../../letters/work_figures.ts";
import { workJson, workText } from "../../view/work_view.ts";
import { recordText } from "../../view/record_view.ts";
import { acceptedContracts } from "../../platform/accepted_contracts.ts";
import type { Connected } from "../../program/connect_command.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";

/** Brings NATS to the accepted state of a deployment. */
export async function reconcile(
  { deployment }: { readonly deployment: string },
  { authority }: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const outcome = (await authority.reconcile(deployment)).take();
  if (isErr(outcome)) return failed(context, outcome.error);
  const { record, materialized, actions } = outcome;
  const pending = materialized?.state !== "reconciled";
  context.output.data(
    {
      deployment,
      state: materialized?.state ?? "nothing_accepted",
      version: record.desired?.version ?? 0,
      actions: actions.map(actionJson),
      problems: [...(materialized?.problems ?? [])].map((problem) => ({ ...problem })),
    },
    () => reconciledLines(outcome).join("\n"),
  );
  for (const problem of materialized?.problems ?? []) context.output.problem(problem);
  return materialized !== undefined && pending ? EXIT_CODE.failure : EXIT_CODE.ok;
}

/** Shows what is accepted and what is in force. */
export async function showRecord(
  { deployment }: { readonly deployment: string },
  { authority, messaging }: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const record = (await authority.show(deployment)).take();
  if (isErr(record)) return failed(context, record.error);
  const instances = await runningInstances(messaging);
  const groups = (await readWorkFigures([record], messaging, instances)).take();
  if (isErr(groups)) return failed(context, groups.error);
  const records = (await authority.list()).take();
  if (isErr(records)) return failed(context, records.error);
  const needs = record.desired?.needs;
  const around = {
    uses: needs === undefined ? [] : useStandings(needs, acceptedContracts(records)),
    usedBy: needs === undefined ? [] : usagesOf(needs.contract, records),
  };
  context.output.data(
    { ...recordJson(record), ...around, groups: workJson(groups) },
    () => {
      const work = workText(groups, context.terminal.out, Date.now());
      const text = recordText(record, around, context.terminal.out);
      return work === "" ? text : `${text}\n\n${work}`;
    },
  );
  return EXIT_CODE.ok;
}

/** Shows who decided what, and why. */
export async function showHistory(
  { deployment }: { readonly deployment: string },
  { authority }: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const record = (await authority.history(deployment)).take();
  if (isErr(record)) return failed(context, record.error);
  context.output.data(
    record.history.map((decision) => ({ ...decision })),
    () =>
      record.history.length === 0
        ? `nothing was decided for ${deployment} yet`
        : historyText(record.history, Date.now(), context.terminal.out),
  );
  return EXIT_CODE.ok;
}

function recordJson(record: AuthorityRecord): object {
  const { desired, ...rest } = record;
  return desired === undefined ? rest : { ...rest, desired };
}
