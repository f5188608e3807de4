import type { Result } from "../../../contracts/result.ts";
import type { Authority } from "../../../reconcile/authority/authority.ts";
import type { Decided } from "../../../reconcile/authority/decide_plan.ts";
import type { DecisionRequest } from "../../../reconcile/decisions/decide.ts";
import type { AuthorityError } from "../../../reconcile/records/authority_error.ts";

/** Which plan is decided. */
export interface PlanToDecide {
  readonly deployment: string;
  readonly planId: string;
  /** Decide only if the desired state still has this version. */
  readonly expectedDesiredVersion: number | undefined;
}

/** What a person decides, and their words. */
export type Verdict = Pick<DecisionRequest, "verb" | "reason" | "acknowledgement" | "deleteData">;

/** What a decision came to. */
export interface MadeDecision {
  readonly deployment: string;
  readonly plan: string;
  readonly outcome: "accepted" | "rejected";
  /** Version of the desired state from now on. */
  readonly version: number;
  /** What is deleted, as `kv/orders`. */
  readonly deleteData: readonly string[];
  /** Of the decision, which the history ends with. */
  readonly hash: string | null;
}

/** Decides a plan in a person's name, from the command line and from the Console. */
export async function makeDecision(
  { deployment, planId, expectedDesiredVersion }: PlanToDecide,
  verdict: Verdict,
  { authority, by }: { readonly authority: Authority; readonly by: string },
): Promise<Result<MadeDecision, AuthorityError>> {
  const decided = await authority.decide(deployment, planId, {
    ...verdict,
    by,
    expectedDesiredVersion,
  });
  return decided.map((made) => decisionMade(made, verdict));
}

function decisionMade({ record, plan }: Decided, { verb }: Verdict): MadeDecision {
  const { deployment, desired, history } = record;
  const { deleteData = [], hash = null } = history.at(-1) ?? {};
  const outcome = verb === "reject" ? "rejected" : "accepted";
  return { deployment, plan: plan.id, outcome, version: desired?.version ?? 0, deleteData, hash };
}
