import { desiredAfter, runnable } from "../decisions/desired_state.ts";
import { planDigest } from "../records/history_chain.ts";
import type { AuthorityMode, Decision, Desired, Plan } from "../records/authority_record.ts";
import type { Find } from "./verify_report.ts";

/** What a history leads to. */
export interface Replayed {
  readonly version: number;
  /** Without the needs of a later refresh; undefined when nothing was accepted, or a plan is gone. */
  readonly desired: Desired | undefined;
  /** Digest of the needs that the last refresh put into the record. */
  readonly needsDigest: string | undefined;
  /** Plans that were accepted, oldest first; undefined where one of them is gone. */
  readonly accepted: readonly Plan[] | undefined;
  /** Plans that were decided or superseded. */
  readonly decided: ReadonlySet<string>;
  /** Who decides, and who said so; undefined when the history does not say. */
  readonly mode: { readonly mode: AuthorityMode; readonly by: string } | undefined;
  /** The highest version that a decision saw reconciled; 0: none. */
  readonly inForce: number;
}

/** Follows a history decision by decision. What a decision says is vouched for by its signature. */
export function replay(
  history: readonly Decision[],
  plans: ReadonlyMap<string, Plan>,
  find: Find,
): Replayed {
  let version = 0;
  let desired: Desired | undefined;
  let needsDigest: string | undefined;
  let mode: Replayed["mode"];
  let inForce = 0;
  let accepted: Plan[] | undefined = [];
  const decided = new Set<string>();
  for (const [index, decision] of history.entries()) {
    const { outcome, planId } = decision;
    if (decision.mode !== undefined) mode = { mode: decision.mode, by: decision.modeBy ?? "" };
    inForce = Math.max(inForce, decision.inForce ?? 0);
    if (outcome === "mode") continue;
    if (outcome === "refreshed") {
      const { digest = "" } = decision;
      desired &&= { ...desired, digests: runnable(desired.digests, digest) };
      needsDigest = decision.needsDigest;
      continue;
    }
    decided.add(planId);
    const plan = plans.get(planId);
    if (plan === undefined) {
      const message = `decision ${index + 1} is about it, and it is not there`;
      find("plan.missing", `plan ${planId}`, message);
    } else if (decision.planDigest !== planDigest(plan)) {
      find("plan.changed", `plan ${planId}`, `it is not as it was when it was ${outcome}`);
    }
    if (outcome !== "accepted") continue;
    ({ version } = decision);
    needsDigest = undefined;
    desired = plan && { ...desiredAfter(desired, plan), version };
    if (plan === undefined) accepted = undefined;
    else accepted?.push(plan);
  }
  return { version, desired, needsDigest, accepted, decided, mode, inForce };
}
