import { isErr } from "../../../contracts/result.ts";
import { commandText } from "../../program/command_text.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import type { Connected } from "../../program/connect_command.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { awaitReconciled } from "./await_reconciled.ts";
import { makeDecision, type PlanToDecide, type Verdict } from "./plan_decision.ts";

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
  { authority }: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const by = { authority, by: context.by };
  const made = (await makeDecision(plan, { verb: "reject", reason }, by)).take();
  if (isErr(made)) return failed(context, made.error);
  context.output.data(
    { ...made, reconciled: false },
    `rejected ${made.plan}; nothing was changed`,
  );
  return EXIT_CODE.ok;
}

async function accept(
  named: PlanToDecide,
  verdict: Verdict,
  link: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const by = { authority: link.authority, by: context.by };
  const made = (await makeDecision(named, verdict, by)).take();
  if (isErr(made)) return failed(context, made.error);
  const { deployment, version, deleteData } = made;
  const reconciled = await awaitReconciled(deployment, version, link, context);
  context.output.data({ ...made, reconciled }, () => {
    const accepted = `accepted ${made.plan}: ${deployment} is at version ${version}`;
    const deletes = deleteData.length === 0 ? "" : `\ndeletes the data of ${deleteData.join(", ")}`;
    if (reconciled) return `${accepted}, and reconciled${deletes}`;
    return `${accepted}${deletes}\nno Trellis process reconciled it yet: ` +
      commandText(["svc", deployment, "authority", "reconcile"]);
  });
  return EXIT_CODE.ok;
}
