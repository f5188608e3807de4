import { err, ok, type Result } from "../contracts/result.ts";
import { AuthorityError } from "./authority_error.ts";
import { type AuthorityRecord, type Decision, type Plan, planState } from "./record.ts";

const MAX_DIGESTS = 32;

/** A decision somebody asks for. */
export interface DecisionRequest {
  readonly verb: "accept-update" | "accept-migration" | "reject";
  /** Who decides. */
  readonly by: string;
  /** ISO date-time. */
  readonly now: string;
  readonly reason?: string;
  readonly acknowledgement?: string;
  /** Refuse unless the desired state still has this version. */
  readonly expectedDesiredVersion?: number;
}

/**
 * Applies a decision to a deployment's record, or says why it cannot be applied. Accepting moves the
 * desired state; nothing else does.
 */
export function decide(
  record: AuthorityRecord,
  plan: Plan,
  request: DecisionRequest,
): Result<AuthorityRecord, AuthorityError> {
  const refusal = refuse(record, plan, request);
  if (refusal !== undefined) return err(refusal);
  const accepted = request.verb !== "reject";
  const version = record.desired?.version ?? 0;
  const decision: Decision = {
    planId: plan.id,
    outcome: accepted ? "accepted" : "rejected",
    at: request.now,
    by: request.by,
    version: accepted ? version + 1 : version,
    ...present("reason", request.reason),
    ...present("acknowledgement", request.acknowledgement),
  };
  const { pending: _decided, ...rest } = record;
  const decided = { ...rest, history: [...record.history, decision] };
  if (!accepted) return ok(decided);
  return ok({
    ...decided,
    desired: {
      version: version + 1,
      planId: plan.id,
      needs: plan.needs,
      digests: plan.kind === "update"
        ? runnable(record.desired?.digests ?? [], plan.needs.digest)
        : [plan.needs.digest],
    },
  });
}

/** The digests that may run once `digest` is accepted as well; the newest last, a bounded number. */
export function runnable(before: readonly string[], digest: string): readonly string[] {
  return [...before.filter((known) => known !== digest), digest].slice(-MAX_DIGESTS);
}

function refuse(
  record: AuthorityRecord,
  plan: Plan,
  request: DecisionRequest,
): AuthorityError | undefined {
  const version = record.desired?.version ?? 0;
  const svc = `trellis svc ${record.deployment} authority`;
  const state = planState(record, plan.id);
  if (state === "superseded") {
    return new AuthorityError(
      "plan_superseded",
      `plan ${plan.id} was superseded by a newer proposal`,
      `see ${svc} plan list --state pending`,
    );
  }
  if (state !== "pending") {
    const decision = record.history.find(({ planId }) => planId === plan.id);
    return new AuthorityError(
      "plan_already_decided",
      `plan ${plan.id} was ${state} by ${decision?.by ?? "somebody"} at ${decision?.at ?? "?"}`,
      `see ${svc} history`,
    );
  }
  const expected = request.expectedDesiredVersion;
  if (expected !== undefined && expected !== version) {
    return new AuthorityError(
      "version_conflict",
      `the desired state of ${record.deployment} has version ${version}, not ${expected}`,
      `look again: ${svc} plan show ${plan.id}`,
    );
  }
  if (plan.baseVersion !== version) {
    return new AuthorityError(
      "plan_outdated",
      `plan ${plan.id} was made for version ${plan.baseVersion}; the deployment has ${version}`,
      "present the contract again",
    );
  }
  if (request.verb === "accept-update" && plan.kind === "migration") {
    return new AuthorityError(
      "plan_is_migration",
      `plan ${plan.id} holds dangerous changes`,
      `read it, then: ${svc} accept-migration ${plan.id} --acknowledgement "…"`,
    );
  }
  if (request.verb === "accept-migration" && !request.acknowledgement?.trim()) {
    return new AuthorityError(
      "acknowledgement_required",
      "a migration is accepted only with an acknowledgement",
      'say what you have understood: --acknowledgement "…"',
    );
  }
  if (request.verb === "reject" && !request.reason?.trim()) {
    return new AuthorityError(
      "reason_required",
      "a rejection needs a reason",
      'say why: --reason "…"',
    );
  }
  return undefined;
}

function present<K extends string>(key: K, value: string | undefined): { [P in K]?: string } {
  return value === undefined ? {} : { [key]: value } as { [P in K]?: string };
}
