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
import { replayJson, replayText } from "../../view/replay_view.ts";
import { REHEARSAL_NOTE, rehearsalText } from "../../rehearsal/rehearsal_view.ts";
import type { ReplayedPlan } from "./replay_plan.ts";
import type { Connected } from "../../program/connect_command.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { readAroundPlan } from "./around_plan.ts";
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
  { deployment, planId, scan, replay }: {
    readonly deployment: string;
    readonly planId: string;
    /** Look at the data now, instead of showing what was found when the plan was made. */
    readonly scan: boolean;
    /** Fold the events with the reducers of this project, and rehearse its jobs and groups with its handlers. */
    readonly replay: boolean;
  },
  link: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const { authority } = link;
  const measured = scan
    ? await withScan(context, (how) => authority.measure(deployment, planId, how))
    : (await authority.plan(deployment, planId)).map((view) => ({ ...view, problems: [] }));
  const view = measured.take();
  if (isErr(view)) return failed(context, view.error);
  const replays = () => import("./replay_plan.ts");
  const replayed = replay
    ? (await (await replays()).replayPlan(view.plan, link, context)).take()
    : undefined;
  if (isErr(replayed)) return failed(context, replayed.error);
  const code = await tellPlan(view, link, context, replayed);
  for (const problem of view.problems) context.output.warn(problem);
  return code;
}

/** Asks for going back to a version. */
export async function rollback(
  { deployment, version }: { readonly deployment: string; readonly version: number },
  link: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const { by } = context;
  const asked = await withScan(
    context,
    (scan) => link.authority.rollback(deployment, version, { by, scan }),
  );
  return await showRequested(asked, link, context);
}

/** Asks for deleting the data of a retired resource. */
export async function deleteData(
  { deployment, resource }: { readonly deployment: string; readonly resource: string },
  link: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const { by } = context;
  const asked = await withScan(
    context,
    (scan) => link.authority.deleteData(deployment, resource, { by, scan }),
  );
  return await showRequested(asked, link, context);
}

async function showRequested(
  asked: Result<Requested, AuthorityError>,
  link: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const requested = asked.take();
  if (isErr(requested)) return failed(context, requested.error);
  const code = await tellPlan({ plan: requested.plan, state: "pending" }, link, context);
  for (const problem of requested.problems) context.output.warn(problem);
  return code;
}

/** Shows a plan with what it uses of others and is not accepted at this moment. */
async function tellPlan(
  view: PlanView,
  link: Connected,
  context: CommandContext,
  replayed?: ReplayedPlan,
): Promise<ExitCode> {
  const around = (await readAroundPlan(view.plan, link)).take();
  if (isErr(around)) return failed(context, around.error);
  const { changes, lacking } = around;
  const { plan, state } = view;
  const { out } = context.terminal;
  const found = planJson(view, lacking);
  context.output.data(
    replayed === undefined ? found : {
      ...found,
      replayed: replayed.projections.map(replayJson),
      rehearsed: { note: REHEARSAL_NOTE, work: replayed.work },
    },
    () =>
      [
        planText({ plan: { ...plan, changes }, state }, lacking, out),
        ...(replayed?.projections ?? []).map((projection) => replayText(projection, out)),
        ...(replayed?.work.length ? [rehearsalText(replayed.work, out)] : []),
      ].join("\n\n"),
  );
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
