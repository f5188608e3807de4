import { isErr, ok, type Result } from "../../../contracts/result.ts";
import type { ContractKind } from "../../../contracts/manifest/manifest.ts";
import type { AuthorityError } from "../../../reconcile/records/authority_error.ts";
import type { AuthorityRecord, Plan } from "../../../reconcile/records/authority_record.ts";
import type { RecordProblem } from "../../../reconcile/records/record_store.ts";
import type { KeptStream } from "../../../reconcile/resources/kept_streams.ts";
import type { RunningInstance } from "../../deployments/running_instances.ts";
import { type Look, recentLook } from "../deployments/recent_look.ts";
import { type Standing, standingOf } from "../deployments/standing.ts";
import { readablePlan, readWaitingPlans, type WaitingPlan } from "../deployments/waiting_plans.ts";
import type { Visitor } from "../visitor.ts";

/** What the list says of a deployment. */
export interface ServiceRow {
  readonly deployment: string;
  /** Undefined where neither a record nor a plan can be read that says it. */
  readonly contract:
    | { readonly id: string; readonly kind: ContractKind; readonly digest: string }
    | undefined;
  /** What the contract calls itself; undefined where that is not known here. */
  readonly displayName: string | undefined;
  readonly mode: AuthorityRecord["mode"];
  /** Version that was accepted; 0: none. */
  readonly desired: number;
  /** Version that is in force; 0: none. */
  readonly materialized: number;
  readonly standing: Standing;
  readonly instances: readonly RunningInstance[];
  /** Digests that may run. */
  readonly digests: readonly string[];
  readonly pending: PendingRow | undefined;
}

/** A plan that waits for a decision. */
export interface PendingRow {
  readonly planId: string;
  readonly plan: WaitingPlan;
}

/** Every deployment, what waits for a decision first. */
export interface Services {
  readonly rows: readonly ServiceRow[];
  /** Records that cannot be read. */
  readonly problems: readonly RecordProblem[];
  /** The streams of a cluster, and the servers that keep them; none where that cannot be read. */
  readonly streams: readonly KeptStream[];
}

/** Reads every deployment. */
export async function readServices(
  { authority, messaging }: Pick<Visitor, "authority" | "messaging">,
): Promise<Result<Services, AuthorityError>> {
  const [read, look, kept] = await Promise.all([
    authority.overview(),
    recentLook({ messaging }),
    authority.kept(),
  ]);
  const overview = read.take();
  if (isErr(overview)) return overview;
  const { records, problems } = overview;
  const plans = await readWaitingPlans(records, authority);
  const rows = records.map((record) => rowOf(record, plans.get(record.deployment), look))
    .sort((a, b) => urgency(b) - urgency(a));
  const streams = kept.take();
  return ok({ rows, problems, streams: isErr(streams) ? [] : streams });
}

function rowOf(
  record: AuthorityRecord,
  plan: WaitingPlan,
  { instances, displayNames }: Look,
): ServiceRow {
  const { deployment, desired, materialized, mode, pending } = record;
  const needs = desired?.needs ?? readablePlan(plan)?.needs;
  return {
    deployment,
    contract: needs && { id: needs.contract, kind: needs.kind, digest: needs.digest },
    displayName: displayNames.get(deployment),
    mode,
    desired: desired?.version ?? 0,
    materialized: materialized?.version ?? 0,
    standing: standingOf(record),
    instances: instances.get(deployment) ?? [],
    digests: desired?.digests ?? [],
    pending: pending && { planId: pending.planId, plan },
  };
}

function urgency({ pending, standing }: ServiceRow): number {
  if (pending !== undefined) return 2;
  return standing.tone === "danger" ? 1 : 0;
}

/** The plans that wait, and what is wrong with those that cannot be read. */
export function waitingPlans(
  rows: readonly ServiceRow[],
): { readonly plans: readonly Plan[]; readonly problems: readonly RecordProblem[] } {
  const plans: Plan[] = [];
  const problems: RecordProblem[] = [];
  for (const { deployment, pending } of rows) {
    const plan = pending?.plan;
    if (plan === undefined) continue;
    if ("changes" in plan) plans.push(plan);
    else problems.push({ deployment, error: plan });
  }
  return { plans, problems };
}
