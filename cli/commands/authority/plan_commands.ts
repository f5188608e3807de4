import { isErr, type Result } from "../../../contracts/result.ts";
import type { PlanView } from "../../../reconcile/authority/authority.ts";
import type { PlanState } from "../../../reconcile/records/authority_record.ts";
import type { AuthorityError } from "../../../reconcile/records/authority_error.ts";
import type { ScanOptions } from "../../../reconcile/impact/bucket_scanner.ts";
import type { Requested } from "../../../reconcile/authority/request_plan.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { relativeTime } from "../../terminal/relative_time.ts";
import { table } from "../../terminal/table.ts";
import { planJson } from "../../view/plan_json.ts";
import { paintState, planText } from "../../view/plan_view.ts";
import type { Connected } from "../../program/connect_command.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { scanProgress } from "./scan_progress.ts";

/** Lists the plans of a deployment. */
export async function listPlans(
  { deployment, state }: { readonly deployment: string; readonly state: PlanState | "all" },
  { authority }: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const wanted = state === "all" ? undefined : state;
  const read = (await authority.readPlans(deployment, wanted)).take();
  if (isErr(read)) return failed(context, read.error);
  const { plans, problems } = read;
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
            { heading: "kind", cell: kindText },
            { heading: "changes", cell: ({ plan }) => String(plan.changes.length), align: "right" },
            { heading: "made", cell: ({ plan }) => relativeTime(plan.createdAt, Date.now()) },
          ],
          out.columns,
          out.style,
        ),
  );
  for (const { error } of problems) context.output.problem(error);
  return problems.length === 0 ? EXIT_CODE.ok : EXIT_CODE.failure;
}

/** Shows one plan, with `--scan` as the data is now. */
export async function showPlan(
  { deployment, planId, scan }: {
    readonly deployment: string;
    readonly planId: string;
    /** Look at the data now, instead of showing what was found when the plan was made. */
    readonly scan: boolean;
  },
  { authority }: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  if (!scan) {
    const view = (await authority.plan(deployment, planId)).take();
    if (isErr(view)) return failed(context, view.error);
    context.output.data(planJson(view), () => planText(view, context.terminal.out));
    return EXIT_CODE.ok;
  }
  const measured = await withScan(context, (how) => authority.measure(deployment, planId, how));
  const view = measured.take();
  if (isErr(view)) return failed(context, view.error);
  context.output.data(planJson(view), () => planText(view, context.terminal.out));
  for (const problem of view.problems) context.output.warn(problem);
  return EXIT_CODE.ok;
}

/** Asks for going back to a version. */
export async function rollback(
  { deployment, version }: { readonly deployment: string; readonly version: number },
  { authority }: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const { by } = context;
  const asked = await withScan(
    context,
    (scan) => authority.rollback(deployment, version, { by, scan }),
  );
  return showRequested(asked, context);
}

/** Asks for deleting the data of a retired resource. */
export async function deleteData(
  { deployment, resource }: { readonly deployment: string; readonly resource: string },
  { authority }: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const { by } = context;
  const asked = await withScan(
    context,
    (scan) => authority.deleteData(deployment, resource, { by, scan }),
  );
  return showRequested(asked, context);
}

function showRequested(
  asked: Result<Requested, AuthorityError>,
  context: CommandContext,
): ExitCode {
  const requested = asked.take();
  if (isErr(requested)) return failed(context, requested.error);
  const view: PlanView = { plan: requested.plan, state: "pending" };
  context.output.data(planJson(view), () => planText(view, context.terminal.out));
  for (const problem of requested.problems) context.output.warn(problem);
  return EXIT_CODE.ok;
}

async function withScan<T>(
  context: CommandContext,
  work: (scan: ScanOptions) => Promise<T>,
): Promise<T> {
  using scan = scanProgress(context);
  return await work(scan);
}

function kindText({ plan: { kind, rollbackTo } }: PlanView): string {
  return rollbackTo === undefined ? kind : `${kind}, back to ${rollbackTo}`;
}

function planSummary({ plan, state }: PlanView) {
  const dangerous = plan.changes.filter(({ severity }) => severity === "dangerous").length;
  return {
    id: plan.id,
    state,
    kind: plan.kind,
    contract: plan.needs.contract,
    baseVersion: plan.baseVersion,
    rollbackTo: plan.rollbackTo ?? null,
    changes: plan.changes.length,
    dangerous,
    createdAt: plan.createdAt,
  };
}
