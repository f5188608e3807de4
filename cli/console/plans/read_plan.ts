import { isErr, ok, type Result } from "../../../contracts/result.ts";
import type { Change } from "../../../reconcile/changes/change.ts";
import type { Needs } from "../../../reconcile/needs/need_types.ts";
import type { UseStanding } from "../../../reconcile/needs/use_standing.ts";
import type { AuthorityError } from "../../../reconcile/records/authority_error.ts";
import {
  type AuthorityRecord,
  type Decision,
  decisionOn,
  type Materialized,
  type Plan,
  type PlanState,
} from "../../../reconcile/records/authority_record.ts";
import { retire } from "../../../reconcile/decisions/retire.ts";
import { resourceOf } from "../../../reconcile/resources/kinds.ts";
import { readAroundPlan } from "../../commands/authority/around_plan.ts";
import { personOf } from "../../program/named_users.ts";
import type { Visitor } from "../visitor.ts";

/** A plan as it is reviewed. */
export interface Review {
  readonly plan: Plan;
  /** Those of the plan; whoever has entries that they concern is named. */
  readonly changes: readonly Change[];
  readonly progress: PlanProgress;
  /** What it would change; undefined where nothing is accepted, and for a plan that is decided. */
  readonly before: Needs | undefined;
  /** What it uses of others and is not accepted at this moment. */
  readonly lacking: readonly UseStanding[];
  /** What accepting it retires. */
  readonly retires: readonly RetiredByPlan[];
  /** What could not be measured, when that was asked for just now; undefined: it was not. */
  readonly measured: readonly string[] | undefined;
}

/** A resource whose data is out of reach once a plan is accepted. */
export interface RetiredByPlan {
  /** As `kv/orders`. */
  readonly resource: string;
  /** Name of its bucket or store. */
  readonly name: string;
}

/** What became of a plan. */
export interface PlanProgress {
  readonly deployment: string;
  readonly planId: string;
  readonly state: PlanState;
  readonly decision: Decision | undefined;
  /** Who has decided, as people call them. */
  readonly by: string | undefined;
  /** Version of what is accepted now; 0: nothing. */
  readonly version: number;
  readonly materialized: Materialized | undefined;
  /** The plan that waits now, when it is another one. */
  readonly newer: string | undefined;
}

/**
 * Reads a plan with what a decision needs.
 *
 * @param measure whether to look at the data now, instead of showing what was found when it was made
 */
export async function readReview(
  deployment: string,
  planId: string,
  visitor: Pick<Visitor, "authority" | "messaging" | "signal">,
  measure = false,
): Promise<Result<Review, AuthorityError>> {
  const { authority, signal } = visitor;
  const view = await readView();
  if (isErr(view)) return view;
  const record = (await authority.show(deployment)).take();
  if (isErr(record)) return record;
  const { plan, state, problems: measured } = view;
  const around = (await readAroundPlan(plan, visitor)).take();
  if (isErr(around)) return around;
  const isPending = state === "pending";
  return ok({
    plan,
    changes: around.changes,
    lacking: around.lacking,
    progress: await progressOf(record, planId, state, visitor),
    before: isPending ? record.desired?.needs : undefined,
    retires: isPending ? retiredBy(record, plan) : [],
    measured,
  });

  async function readView() {
    if (!measure) {
      const plan = await authority.plan(deployment, planId);
      return plan.map((view) => ({ ...view, problems: undefined })).take();
    }
    const scan = { timeLimitMs: SCAN_MS, signal };
    return (await authority.measure(deployment, planId, scan)).take();
  }
}

/** The longest that somebody waits for a page. */
const SCAN_MS = 20_000;

/** Reads what became of a plan. */
export async function readProgress(
  deployment: string,
  planId: string,
  visitor: Pick<Visitor, "authority" | "messaging">,
): Promise<Result<PlanProgress, AuthorityError>> {
  const { authority } = visitor;
  const record = (await authority.show(deployment)).take();
  if (isErr(record)) return record;
  const view = (await authority.plan(deployment, planId)).take();
  if (isErr(view)) return view;
  return ok(await progressOf(record, planId, view.state, visitor));
}

async function progressOf(
  record: AuthorityRecord,
  planId: string,
  state: PlanState,
  { messaging: { connection } }: Pick<Visitor, "messaging">,
): Promise<PlanProgress> {
  const { deployment, desired, materialized, pending, history } = record;
  const decision = decisionOn(history, planId);
  const person = decision && (await personOf(decision.by, connection)).take();
  return {
    deployment,
    planId,
    state: pending?.planId === planId ? "pending" : state,
    decision,
    by: isErr(person) ? decision?.by : person?.name ?? decision?.by,
    version: desired?.version ?? 0,
    materialized,
    newer: pending?.planId === planId ? undefined : pending?.planId,
  };
}

/** What accepting retires, as the decision itself finds it. */
function retiredBy(record: AuthorityRecord, plan: Plan): readonly RetiredByPlan[] {
  const known = new Set(record.retired);
  const retirement = retire(record, plan, [], plan.createdAt);
  if (retirement.isErr()) return [];
  return retirement.value.retired
    .filter((bucket) => !known.has(bucket) && bucket.deletedBy === undefined)
    .map((bucket) => ({ resource: resourceOf(bucket), name: bucket.name }));
}
