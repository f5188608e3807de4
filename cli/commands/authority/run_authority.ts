import { isErr } from "../../../contracts/result.ts";
import type { AuthorityRecord } from "../../../reconcile/records/authority_record.ts";
import type { AuthorityCommand } from "../../program/command.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { actionDoneText, actionJson } from "../../words/action_words.ts";
import { historyText } from "../../view/history_view.ts";
import { recordText } from "../../view/record_view.ts";
import { decidePlan, deleteData, listPlans, rollback, showPlan } from "./run_plan_commands.ts";
import { connectCommand, type Connected } from "../../program/connect_command.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { verifyAuthority } from "./verify_authority.ts";

/** Runs a `svc <deployment> authority …` or `authority …` command. */
export async function runAuthority(
  command: AuthorityCommand,
  context: CommandContext,
): Promise<ExitCode> {
  const connected = (await connectCommand(context)).take();
  if (isErr(connected)) return failed(context, connected.error);
  await using link = connected;
  switch (command.kind) {
    case "authority_plan_list":
      return await listPlans(command, link, context);
    case "authority_plan_show":
      return await showPlan(command, link, context);
    case "authority_accept_update":
    case "authority_accept_migration":
    case "authority_reject":
      return await decidePlan(command, link, context);
    case "authority_rollback":
      return await rollback(command, link, context);
    case "authority_delete_data":
      return await deleteData(command, link, context);
    case "authority_verify":
      return await verifyAuthority(command, link, context);
    case "authority_reconcile":
      return await reconcile(command.deployment, link, context);
    case "authority_show":
      return await show(command.deployment, link, context);
    case "authority_history":
      return await history(command.deployment, link, context);
  }
}

async function reconcile(
  deployment: string,
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
    () =>
      [
        ...actions.map(actionDoneText),
        materialized === undefined
          ? `nothing is accepted for ${deployment} yet`
          : pending
          ? `${deployment} is pending`
          : `${deployment} is reconciled at version ${materialized.version}`,
      ].join("\n"),
  );
  for (const problem of materialized?.problems ?? []) context.output.problem(problem);
  return materialized !== undefined && pending ? EXIT_CODE.failure : EXIT_CODE.ok;
}

async function show(
  deployment: string,
  { authority }: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const record = (await authority.show(deployment)).take();
  if (isErr(record)) return failed(context, record.error);
  context.output.data(recordJson(record), () => recordText(record, context.terminal.out));
  return EXIT_CODE.ok;
}

async function history(
  deployment: string,
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
