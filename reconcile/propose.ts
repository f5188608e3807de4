import { AuthorityError } from "./authority_error.ts";
import { runnable } from "./decide.ts";
import { diffNeeds } from "./diff.ts";
import type { Needs } from "./needs.ts";
import { err, ok, type Result } from "../contracts/result.ts";
import type { AuthorityMode, AuthorityRecord, Decision, Plan } from "./record.ts";

/** What presenting a contract leads to. */
export type Proposal =
  | { readonly kind: "unchanged"; readonly record: AuthorityRecord }
  | { readonly kind: "coalesced"; readonly record: AuthorityRecord }
  | { readonly kind: "planned"; readonly record: AuthorityRecord; readonly plan: Plan };

/** What a proposal needs from outside, so that the decision itself is pure. */
export interface ProposalContext {
  readonly deployment: string;
  readonly mode: AuthorityMode;
  /** Who presents the contract. */
  readonly by: string;
  /** ULID for a new plan. */
  readonly planId: string;
  /** ISO date-time. */
  readonly now: string;
  /** Surfaces that other deployments serve: subject to deployment. */
  readonly taken: ReadonlyMap<string, string>;
}

/**
 * Decides what presenting a contract means: nothing, the plan that is pending already, or a new plan
 * that supersedes it. Does not decide about the plan.
 */
export function propose(
  before: AuthorityRecord | undefined,
  needs: Needs,
  context: ProposalContext,
): Result<Proposal, AuthorityError> {
  const { deployment, mode, by } = context;
  if (before?.mode === "strict" && mode === "dev" && before.modeBy !== by) {
    return err(
      new AuthorityError(
        "strict_elsewhere",
        `${deployment} is under strict authority, set by ${before.modeBy}`,
        "decide its plans there, or run with --review",
      ),
    );
  }
  const refusal = refuseTakenSurface(needs, deployment, context.taken);
  if (refusal !== undefined) return err(refusal);
  const record = { ...(before ?? newRecord(deployment)), mode, modeBy: by };
  const changes = diffNeeds(before?.desired?.needs, needs);
  if (before?.desired !== undefined && changes.length === 0) {
    const settled = supersede(record, context);
    const digests = runnable(before.desired.digests, needs.digest);
    const desired = { ...before.desired, needs, digests };
    return ok({ kind: "unchanged", record: { ...settled, desired } });
  }
  if (before?.pending?.digest === needs.digest) return ok({ kind: "coalesced", record });
  const plan: Plan = {
    format: "trellis.plan.v1",
    id: context.planId,
    deployment,
    kind: changes.every((change) => change.severity === "safe") ? "update" : "migration",
    baseVersion: before?.desired?.version ?? 0,
    createdAt: context.now,
    changes,
    needs,
  };
  const pending = { planId: plan.id, digest: needs.digest };
  return ok({ kind: "planned", plan, record: { ...supersede(record, context), pending } });
}

/** Refuses needs with a surface that another deployment serves: each request would be answered twice. */
export function refuseTakenSurface(
  needs: Needs,
  deployment: string,
  taken: ReadonlyMap<string, string>,
): AuthorityError | undefined {
  for (const subject of Object.keys(needs.surfaces)) {
    const owner = taken.get(subject);
    if (owner === undefined || owner === deployment) continue;
    return new AuthorityError(
      "surface_taken",
      `${subject} of ${needs.contract} is already served by the deployment ${owner}`,
      "rename the surface, or remove it from the other contract first",
    );
  }
  return undefined;
}

function newRecord(deployment: string): Omit<AuthorityRecord, "mode" | "modeBy"> {
  return { format: "trellis.authority.v1", deployment, retired: [], history: [] };
}

/** Closes the pending plan, if there is one, because a newer proposal took its place. */
function supersede(record: AuthorityRecord, context: ProposalContext): AuthorityRecord {
  const { pending, ...rest } = record;
  if (pending === undefined) return record;
  const decision: Decision = {
    planId: pending.planId,
    outcome: "superseded",
    at: context.now,
    by: context.by,
    version: record.desired?.version ?? 0,
  };
  return { ...rest, history: [...record.history, decision] };
}
