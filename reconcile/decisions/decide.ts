import { err, ok, type Result } from "../../contracts/result.ts";
import { authorityCommand, AuthorityError } from "../records/authority_error.ts";
import { resourceOf } from "../resources/kinds.ts";
import { desiredAfter } from "./desired_state.ts";
import { appendDecision, planDigest } from "../records/history_chain.ts";
import {
  type AuthorityRecord,
  type Decision,
  decisionOn,
  type Plan,
  planState,
} from "../records/authority_record.ts";
import type { Signer } from "../records/chain.ts";
import { retire } from "./retire.ts";

/** Longest reason or acknowledgement, in characters: they are kept in the record for ever. */
export const MAX_WORDS_LENGTH = 4000;

/** A decision that is asked for. */
export interface DecisionRequest {
  readonly verb: "accept-update" | "accept-migration" | "reject";
  /** Who decides. */
  readonly by: string;
  /** ISO date-time. */
  readonly now: string;
  /** Whose key signs; missing where nobody has one. */
  readonly signer?: Signer | undefined;
  readonly reason?: string;
  readonly acknowledgement?: string;
  /** Refuse unless the desired state still has this version. */
  readonly expectedDesiredVersion?: number;
  /**
   * Retired resources whose data is deleted for good, as `kv/orders`; `all`: those that the plan
   * retires. Only for `accept-migration`.
   */
  readonly deleteData?: readonly string[];
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
  const draft = {
    planId: plan.id,
    at: request.now,
    by: request.by,
    planDigest: planDigest(plan),
    ...words(request),
  };
  const { pending: _decided, ...rest } = record;
  const { signer } = request;
  if (!accepted) {
    return ok(appendDecision(rest, { ...draft, outcome: "rejected", version }, signer));
  }
  const retirement = retire(record, plan, request.deleteData ?? [], request.now);
  if (retirement.isErr()) return err(retirement.error);
  const { retired, decision } = retirement.value;
  const desired = desiredAfter(record.desired, plan);
  const made = madeAt(retired, decision.retired);
  return ok(appendDecision(
    { ...rest, desired, retired },
    { ...draft, outcome: "accepted", version: desired.version, ...decision, ...made },
    signer,
  ));
}

/** When the buckets were made that a decision retires, so that no other can be put in their place. */
function madeAt(
  retired: AuthorityRecord["retired"],
  gone: Decision["retired"] = {},
): Pick<Decision, "retiredCreated"> {
  const known = retired.flatMap((bucket) => {
    const resource = resourceOf(bucket);
    return gone[resource] === bucket.name && bucket.created !== undefined
      ? [[resource, bucket.created] as const]
      : [];
  });
  return known.length === 0 ? {} : { retiredCreated: Object.fromEntries(known) };
}

function refuse(
  record: AuthorityRecord,
  plan: Plan,
  request: DecisionRequest,
): AuthorityError | undefined {
  const version = record.desired?.version ?? 0;
  const { deployment } = record;
  const state = planState(record, plan.id);
  if (state === "superseded") {
    return new AuthorityError(
      "plan_superseded",
      `plan ${plan.id} was superseded by a newer proposal`,
      "the newer one is listed by",
      { command: authorityCommand(deployment, "plan", "list", "--state", "pending") },
    );
  }
  if (state !== "pending") {
    const decision = decisionOn(record.history, plan.id);
    return new AuthorityError(
      "plan_already_decided",
      `plan ${plan.id} was ${state} by ${decision?.by ?? "?"} at ${decision?.at ?? "?"}`,
      "its decision is in the history",
      { command: authorityCommand(deployment, "history") },
    );
  }
  const digest = record.pending?.planDigest;
  if (digest !== undefined && digest !== planDigest(plan)) {
    return new AuthorityError(
      "record_corrupt",
      `plan ${plan.id} is not as it was made: something other than Trellis changed it`,
      "present the contract again to get a new plan; more is said by",
      { command: authorityCommand(deployment, "verify") },
    );
  }
  return refuseVersion(record, plan, request, version) ?? refuseWords(plan, request);
}

function refuseVersion(
  record: AuthorityRecord,
  plan: Plan,
  { expectedDesiredVersion: expected }: DecisionRequest,
  version: number,
): AuthorityError | undefined {
  if (expected !== undefined && expected !== version) {
    return new AuthorityError(
      "version_conflict",
      `the desired state of ${record.deployment} has version ${version}, not ${expected}`,
      "look again",
      { command: authorityCommand(record.deployment, "plan", "show", plan.id) },
    );
  }
  if (plan.baseVersion !== version) {
    return new AuthorityError(
      "plan_outdated",
      `plan ${plan.id} was made for version ${plan.baseVersion}; the deployment has ${version}`,
      "present the contract again",
    );
  }
  return undefined;
}

/** For the person to fill in. */
const ACKNOWLEDGED = ["--acknowledgement", "…"];

function refuseWords(plan: Plan, request: DecisionRequest): AuthorityError | undefined {
  if (request.verb === "accept-update" && plan.kind === "migration") {
    return new AuthorityError(
      "plan_is_migration",
      `plan ${plan.id} holds dangerous changes`,
      "read it, then",
      { command: authorityCommand(plan.deployment, "accept-migration", plan.id, ...ACKNOWLEDGED) },
    );
  }
  if (request.verb !== "accept-migration" && (request.deleteData?.length ?? 0) > 0) {
    return new AuthorityError(
      "acknowledgement_required",
      "data is deleted only by accepting a migration, with an acknowledgement",
      "name it with --delete-data when you accept the migration",
      { command: authorityCommand(plan.deployment, "accept-migration", plan.id, ...ACKNOWLEDGED) },
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
  for (const [what, given] of Object.entries(words(request))) {
    if (given.length > MAX_WORDS_LENGTH || !given.isWellFormed()) {
      return new AuthorityError(
        "text_too_long",
        `the ${what} has ${given.length} characters; at most ${MAX_WORDS_LENGTH} are kept`,
        "say it in fewer words, and link to the rest",
      );
    }
  }
  return undefined;
}

/** The words that came with a decision, where there are any. */
function words({ reason, acknowledgement }: DecisionRequest): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries({ reason, acknowledgement }).filter((entry): entry is [string, string] =>
      entry[1] !== undefined
    ),
  );
}
