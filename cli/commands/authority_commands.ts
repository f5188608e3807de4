import { isErr } from "../../contracts/result.ts";
import type { PlanView } from "../../reconcile/authority.ts";
import type { DecisionRequest } from "../../reconcile/decide.ts";
import type { AuthorityRecord } from "../../reconcile/record.ts";
import { COMMAND } from "../command_name.ts";
import type { AuthorityCommand } from "../command_line/command.ts";
import { EXIT_CODE, type ExitCode } from "../command_line/exit_code.ts";
import { relativeTime } from "../terminal/relative_time.ts";
import { table } from "../terminal/table.ts";
import { historyText } from "../view/history_view.ts";
import { paintState, planText } from "../view/plan_view.ts";
import { recordText } from "../view/record_view.ts";
import { connectCommand, type Connected } from "./connected.ts";
import { type CommandContext, failed } from "./context.ts";
import { awaitReconciled } from "./reconcile_wait.ts";

/** Runs a `svc <deployment> authority …` command. */
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
      return await decide(command, { verb: "accept-update" }, link, context);
    case "authority_accept_migration": {
      const { acknowledgement } = command;
      const request = { verb: "accept-migration", acknowledgement } as const;
      return await decide(command, request, link, context);
    }
    case "authority_reject":
      return await decide(command, { verb: "reject", reason: command.reason }, link, context);
    case "authority_reconcile":
      return await reconcile(command.deployment, link, context);
    case "authority_show":
      return await show(command.deployment, link, context);
    case "authority_history":
      return await history(command.deployment, link, context);
  }
}

type Of<Kind extends AuthorityCommand["kind"]> = Extract<AuthorityCommand, { kind: Kind }>;

async function listPlans(
  command: Of<"authority_plan_list">,
  { authority }: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const { deployment, state } = command;
  const plans = (await authority.plans(deployment, state === "all" ? undefined : state)).take();
  if (isErr(plans)) return failed(context, plans.error);
  const { out } = context.terminal;
  context.output.data(
    plans.map(planSummary),
    () =>
      plans.length === 0
        ? `no ${state === "all" ? "" : `${state} `}plans for ${deployment}`
        : table(
          plans,
          [
            { heading: "plan", cell: ({ plan }) => plan.id, whole: true },
            {
              heading: "state",
              cell: ({ state }) => state,
              paint: ({ state }) => paintState(state, out.style),
            },
            { heading: "kind", cell: ({ plan }) => plan.kind },
            { heading: "changes", cell: ({ plan }) => String(plan.changes.length), align: "right" },
            { heading: "made", cell: ({ plan }) => relativeTime(plan.createdAt, Date.now()) },
          ],
          out.columns,
          out.style,
        ),
  );
  return EXIT_CODE.ok;
}

async function showPlan(
  { deployment, planId }: Of<"authority_plan_show">,
  { authority }: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const view = (await authority.plan(deployment, planId)).take();
  if (isErr(view)) return failed(context, view.error);
  const { needs: _needs, ...plan } = view.plan;
  context.output.data(
    { ...plan, contract: view.plan.needs.contract, state: view.state },
    () => planText(view, context.terminal.out),
  );
  return EXIT_CODE.ok;
}

async function decide(
  command: Of<"authority_accept_update" | "authority_accept_migration" | "authority_reject">,
  request: Pick<DecisionRequest, "verb" | "reason" | "acknowledgement">,
  link: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const { deployment, planId, expectedDesiredVersion } = command;
  const reason = command.kind === "authority_accept_update" ? command.reason : request.reason;
  const decided = (await link.authority.decide(deployment, planId, {
    ...request,
    reason,
    by: context.by,
    expectedDesiredVersion,
  })).take();
  if (isErr(decided)) return failed(context, decided.error);
  const { record, plan } = decided;
  const version = record.desired?.version ?? 0;
  const rejected = command.kind === "authority_reject";
  const reconciled = rejected
    ? undefined
    : await awaitReconciled(deployment, version, link, context);
  context.output.data(
    {
      deployment,
      plan: plan.id,
      outcome: rejected ? "rejected" : "accepted",
      version,
      reconciled: reconciled ?? false,
    },
    () => {
      if (rejected) return `rejected ${plan.id}; nothing was changed`;
      const accepted = `accepted ${plan.id}: ${deployment} is at version ${version}`;
      if (reconciled === true) return `${accepted}, and reconciled`;
      return `${accepted}\nno Trellis process reconciled it yet: ` +
        `${COMMAND} svc ${deployment} authority reconcile`;
    },
  );
  return EXIT_CODE.ok;
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
      actions: actions.map(({ kind, alias, name }) => ({ kind, alias, bucket: name })),
      problems: [...(materialized?.problems ?? [])].map((problem) => ({ ...problem })),
    },
    () =>
      [
        ...actions.map(({ kind, name }) =>
          `${kind === "create_bucket" ? "created" : "changed"} ${name}`
        ),
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
  const record = (await authority.show(deployment)).take();
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

function planSummary({ plan, state }: PlanView) {
  const dangerous = plan.changes.filter(({ severity }) => severity === "dangerous").length;
  return {
    id: plan.id,
    state,
    kind: plan.kind,
    contract: plan.needs.contract,
    baseVersion: plan.baseVersion,
    changes: plan.changes.length,
    dangerous,
    createdAt: plan.createdAt,
  };
}

function recordJson(record: AuthorityRecord): object {
  const { desired, ...rest } = record;
  return desired === undefined ? rest : { ...rest, desired };
}
