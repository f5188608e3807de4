import { desiredAfter, runnable } from "./desired_state.ts";
import { isChained, planDigest } from "./history_chain.ts";
import type { Decision, Desired, Plan } from "./record.ts";
import type { Find } from "./verify_report.ts";

/** Stands for digests that decisions before the chain let run without saying so. */
export const UNKNOWN_DIGEST = "?";

/** What a history leads to. */
export interface Replayed {
  readonly version: number;
  /** Without the needs of a later refresh; undefined when nothing was accepted, or a plan is gone. */
  readonly desired: Desired | undefined;
  /** Digest of the needs that the last refresh put into the record. */
  readonly needsDigest: string | undefined;
  /** False when it cannot be known what was accepted last. */
  readonly complete: boolean;
  /** Accepted decisions with their plans, oldest first. */
  readonly accepted: readonly { readonly decision: Decision; readonly plan: Plan }[];
  /** Plans that were decided or superseded. */
  readonly decided: ReadonlySet<string>;
}

/** Follows a history decision by decision, and finds what cannot have happened. */
export function replay(
  history: readonly Decision[],
  plans: ReadonlyMap<string, Plan>,
  find: Find,
): Replayed {
  let version = 0;
  let desired: Desired | undefined;
  let needsDigest: string | undefined;
  let complete = true;
  const accepted: { decision: Decision; plan: Plan }[] = [];
  const decided = new Set<string>();
  for (const [index, decision] of history.entries()) {
    const where = `decision ${index + 1}`;
    const impossible = (message: string) => find("decision.impossible", where, message);
    const { outcome, planId } = decision;
    const next = outcome === "accepted" ? version + 1 : version;
    if (decision.version !== next) {
      impossible(`it leads to version ${decision.version}, and not to ${next}`);
    }
    if (outcome === "refreshed") {
      if (desired !== undefined && planId !== desired.planId) {
        impossible("another plan is accepted");
      }
      if (decision.digest === undefined || decision.needsDigest === undefined) {
        impossible("it does not say what may run");
      } else if (desired !== undefined) {
        desired = { ...desired, digests: runnable(desired.digests, decision.digest) };
        needsDigest = decision.needsDigest;
      }
      continue;
    }
    if (decided.has(planId)) impossible(`plan ${planId} was decided before`);
    decided.add(planId);
    const plan = plans.get(planId);
    checkPlan(decision, plan, where, find);
    if (outcome !== "accepted") continue;
    version = next;
    needsDigest = undefined;
    complete = plan !== undefined;
    if (plan === undefined) {
      desired = undefined;
      continue;
    }
    if (plan.baseVersion !== version - 1) {
      impossible(`its plan was made for version ${plan.baseVersion}, and not for ${version - 1}`);
    }
    if (plan.kind === "migration" && !decision.acknowledgement) {
      impossible("a migration was accepted without an acknowledgement");
    }
    desired = desiredAfter(desired, plan);
    if (!isChained(decision)) {
      desired = { ...desired, digests: [UNKNOWN_DIGEST, ...desired.digests] };
    }
    accepted.push({ decision, plan });
  }
  return { version, desired, needsDigest, complete, accepted, decided };
}

function checkPlan(decision: Decision, plan: Plan | undefined, where: string, find: Find): void {
  const { planId } = decision;
  if (plan === undefined) {
    find("plan.missing", `plan ${planId}`, `${where} is about it, and it is not there`);
  } else if (decision.planDigest !== undefined && decision.planDigest !== planDigest(plan)) {
    find("plan.changed", `plan ${planId}`, `it is not as it was when it was ${decision.outcome}`);
  }
  if (isChained(decision) && decision.planDigest === undefined) {
    if (decision.outcome !== "superseded") {
      find("decision.impossible", where, "it does not say what the plan was");
    }
  }
}
