import { isErr } from "../../../contracts/result.ts";
import type { Decided } from "../../../reconcile/authority/decide_plan.ts";
import type { DecisionRequest } from "../../../reconcile/decisions/decide.ts";
import { commandText } from "../../program/command_text.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import type { Connected } from "../../program/connect_command.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { awaitReconciled } from "./await_reconciled.ts";

/** Which plan is decided. */
interface PlanToDecide {
  readonly deployment: string;
  readonly planId: string;
  /** Decide only if the desired state still has this version. */
  readonly expectedDesiredVersion: number | undefined;
}

/** Accepts a plan of safe changes. */
export function acceptUpdate(
  { reason, ...plan }: PlanToDecide & { readonly reason: string | undefined },
  link: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  return accept(plan, { verb: "accept-update", reason }, link, context);
}

/** Accepts a plan with dangerous changes. */
export function acceptMigration(
  { acknowledgement, deleteData = [], ...plan }: PlanToDecide & {
    readonly acknowledgement: string;
    /** Retired resources whose data is deleted, as `kv/orders`, or `all`. */
    readonly deleteData: readonly string[] | undefined;
  },
  link: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  return accept(plan, { verb: "accept-migration", acknowledgement, deleteData }, link, context);
}

/** Rejects a plan; nothing changes. */
export async function rejectPlan(
  { reason, ...plan }: PlanToDecide & { readonly reason: string },
  link: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const decided = (await decide(plan, { verb: "reject", reason }, link, context)).take();
  if (isErr(decided)) return failed(context, decided.error);
  context.output.data(
    decisionJson(decided, "rejected", false),
    `rejected ${decided.plan.id}; nothing was changed`,
  );
  return EXIT_CODE.ok;
}

async function accept(
  named: PlanToDecide,
  request: Verb,
  link: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const decided = (await decide(named, request, link, context)).take();
  if (isErr(decided)) return failed(context, decided.error);
  const { deployment } = named;
  const version = decided.record.desired?.version ?? 0;
  const reconciled = await awaitReconciled(deployment, version, link, context);
  const answer = decisionJson(decided, "accepted", reconciled);
  context.output.data(answer, () => {
    const accepted = `accepted ${answer.plan}: ${deployment} is at version ${version}`;
    const deletes = answer.deleteData.length === 0
      ? ""
      : `\ndeletes the data of ${answer.deleteData.join(", ")}`;
    if (reconciled) return `${accepted}, and reconciled${deletes}`;
    return `${accepted}${deletes}\nno Trellis process reconciled it yet: ` +
      commandText(["svc", deployment, "authority", "reconcile"]);
  });
  return EXIT_CODE.ok;
}

type Verb = Pick<DecisionRequest, "verb" | "reason" | "acknowledgement" | "deleteData">;

function decide(
  { deployment, planId, expectedDesiredVersion }: PlanToDecide,
  request: Verb,
  { authority }: Connected,
  { by }: CommandContext,
): ReturnType<Connected["authority"]["decide"]> {
  return authority.decide(deployment, planId, { ...request, by, expectedDesiredVersion });
}

function decisionJson(
  { record, plan }: Decided,
  outcome: "accepted" | "rejected",
  reconciled: boolean,
) {
  const { deployment, desired, history } = record;
  const { deleteData = [], hash = null } = history.at(-1) ?? {};
  const version = desired?.version ?? 0;
  return { deployment, plan: plan.id, outcome, version, reconciled, deleteData, hash };
}
