import { isErr } from "../../../contracts/result.ts";
import { inParallel } from "../../../reconcile/authority/in_parallel.ts";
import type { AuthorityError } from "../../../reconcile/records/authority_error.ts";
import type { AuthorityRecord, Plan } from "../../../reconcile/records/authority_record.ts";
import type { Visitor } from "../visitor.ts";

/** A plan that waits, or why it cannot be read; undefined: it is not there. */
export type WaitingPlan = Plan | AuthorityError | undefined;

/** Plans that are read at once. */
const IN_FLIGHT = 16;

/** The plans that wait for a decision, by deployment. */
export async function readWaitingPlans(
  records: readonly AuthorityRecord[],
  { store }: Visitor["authority"],
): Promise<ReadonlyMap<string, WaitingPlan>> {
  const waiting = records.flatMap(({ deployment, pending }) =>
    pending === undefined ? [] : [{ deployment, planId: pending.planId }]
  );
  const plans = await inParallel(waiting, IN_FLIGHT, async ({ deployment, planId }) => {
    const plan = (await store.loadPlan(deployment, planId)).take();
    return [deployment, isErr(plan) ? plan.error : plan] as const;
  });
  return new Map(plans);
}

/** The plan itself, where it can be read. */
export function readablePlan(plan: WaitingPlan): Plan | undefined {
  return plan !== undefined && "changes" in plan ? plan : undefined;
}
