import { desiredAfter, runnable } from "../decisions/desired_state.ts";
import { planDigest } from "../records/history_chain.ts";
import type { AuthorityMode, Decision, Desired, Plan } from "../records/authority_record.ts";
import type { Find } from "./verify_report.ts";

/** An accepted decision with its plan. */
export interface Accepted {
  readonly decision: Decision;
  readonly plan: Plan;
}

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
  readonly accepted: readonly Accepted[];
  /** Plans that were decided or superseded. */
  readonly decided: ReadonlySet<string>;
  /** Who decides, and who said so; undefined when the history does not say. */
  readonly mode: { readonly mode: AuthorityMode; readonly by: string } | undefined;
  /** The highest version that a decision saw reconciled; 0: none. */
  readonly inForce: number;
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
  let mode: Replayed["mode"];
  let inForce = 0;
  const accepted: Accepted[] = [];
  const decided = new Set<string>();
  for (const [index, decision] of history.entries()) {
    const where = `decision ${index + 1}`;
    const impossible = (message: string) => find("decision.impossible", where, message);
    const { outcome, planId } = decision;
    const next = outcome === "accepted" ? version + 1 : version;
    if (decision.version !== next) {
      impossible(`it leads to version ${decision.version}, and not to ${next}`);
    }
    const setsMode = outcome === "mode" || index === 0;
    if (setsMode !== (decision.mode !== undefined && decision.modeBy !== undefined)) {
      impossible(setsMode ? "it does not say who decides" : "it is not for it to say who decides");
    }
    if (decision.mode !== undefined) mode = { mode: decision.mode, by: decision.modeBy ?? "" };
    if ((decision.inForce ?? 0) > version || (decision.inForce ?? 0) < inForce) {
      impossible(`version ${decision.inForce ?? 0} cannot have been in force`);
    }
    inForce = Math.max(inForce, decision.inForce ?? 0);
    if (outcome === "mode") {
      if (planId !== "") impossible("who decides is no matter of a plan");
      continue;
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
    accepted.push({ decision, plan });
  }
  return { version, desired, needsDigest, complete, accepted, decided, mode, inForce };
}

function checkPlan(decision: Decision, plan: Plan | undefined, where: string, find: Find): void {
  const { planId } = decision;
  if (plan === undefined) {
    find("plan.missing", `plan ${planId}`, `${where} is about it, and it is not there`);
  } else if (decision.planDigest !== undefined && decision.planDigest !== planDigest(plan)) {
    find("plan.changed", `plan ${planId}`, `it is not as it was when it was ${decision.outcome}`);
  }
  if (decision.planDigest === undefined) {
    find("decision.impossible", where, "it does not say what the plan was");
  }
}
