import { PLATFORM_SUBJECTS } from "../../contracts/platform/platform_subjects.ts";
import { err, ok, type Result } from "../../contracts/result.ts";
import { digestJson } from "../../contracts/json/digest.ts";
import { AuthorityError } from "../records/authority_error.ts";
import type { Change } from "../changes/change.ts";
import { compareGrants } from "../grants/compare_grants.ts";
import { changePlace } from "../changes/change_place.ts";
import { boundBuckets } from "../records/known_buckets.ts";
import { refreshed } from "./desired_state.ts";
import { refuseOldServer } from "./refuse_old_server.ts";
import { diffNeeds } from "../diff/diff_needs.ts";
import type { AdoptableBucket, ContractUser, EarlierVersion } from "../diff/diff_context.ts";
import { appendDecision, planDigest } from "../records/history_chain.ts";
import type { Signer } from "../records/chain.ts";
import type { Needs } from "../needs/need_types.ts";
import { resourceKey } from "../resources/kinds.ts";
import type {
  AuthorityMode,
  AuthorityRecord,
  BucketIdentity,
  PendingPlan,
  Plan,
} from "../records/authority_record.ts";

/** What presenting a contract leads to. The record is the one given where nothing changes in it. */
export type Proposal =
  /** Nothing new is asked for. */
  | { readonly kind: "unchanged"; readonly record: AuthorityRecord }
  /** The plan that is pending stays: it is for the same, or a person asked for another first. */
  | { readonly kind: "coalesced"; readonly record: AuthorityRecord }
  /** A new plan waits for a decision. */
  | { readonly kind: "planned"; readonly record: AuthorityRecord; readonly plan: Plan };

/** What planning needs from outside, so that the decision itself is pure. */
export interface PlanContext {
  readonly deployment: string;
  /** Who asks. */
  readonly by: string;
  /** ULID for a new plan. */
  readonly planId: string;
  /** ISO date-time. */
  readonly now: string;
  /** Signs what follows from it at once; missing where nobody has a key. */
  readonly signer?: Signer | undefined;
  /** Surfaces that other deployments serve: subject to deployment. */
  readonly taken: ReadonlyMap<string, string>;
  /** Of the server; undefined where it is not known. */
  readonly serverVersion?: string | undefined;
  /** What other deployments use. */
  readonly users?: readonly ContractUser[];
  /** Buckets that stand where new resources would go, by resource, as `kv/orders`. */
  readonly existing?: ReadonlyMap<string, AdoptableBucket>;
  /** What was accepted before the present version, where values of it matter. */
  readonly earlier?: readonly EarlierVersion[];
  /** Events before this time are gone; looked at only where projections are made of events. */
  readonly lostBefore?: string | undefined;
}

/** What a proposal needs from outside. */
export interface ProposalContext extends PlanContext {
  readonly mode: AuthorityMode;
  /** The pending plan is gone or damaged: a new one takes its place. */
  readonly replaces?: boolean;
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
  const refusal = refuseTakenSurface(needs, deployment, context.taken) ??
    refuseOldServer(needs, context.serverVersion);
  if (refusal !== undefined) return err(refusal);
  const record = inMode(before, context);
  const changes = changesBetween(record, needs, context);
  if (record.desired !== undefined && changes.length === 0) {
    return ok({ kind: "unchanged", record: unchanged(record, needs, context) });
  }
  const pending = context.replaces === true ? undefined : record.pending;
  // A person's request stands until it is decided, or until something newer is asked for.
  if (pending?.digest === needs.digest || pending?.requested?.insteadOf === needs.digest) {
    return ok({ kind: "coalesced", record });
  }
  const plan = makePlan(record, needs, changes, context);
  return ok({ kind: "planned", plan, record: withPending(record, plan, context) });
}

/**
 * Whether {@link propose} would leave the record as it is, whatever other deployments have: the same needs are
 * accepted, nothing else is pending, and the same one asks in the same mode.
 */
export function isSettled(
  { mode, modeBy, pending, desired }: AuthorityRecord,
  needs: Needs,
  context: Pick<ProposalContext, "mode" | "by" | "serverVersion">,
): boolean {
  return mode === context.mode && modeBy === context.by && pending === undefined &&
    desired?.digests.includes(needs.digest) === true &&
    refuseOldServer(needs, context.serverVersion) === undefined &&
    digestJson(asStored(needs)) === digestJson(desired.needs);
}

/**
 * Whether a process may accept a pending plan by itself: only safe changes, in dev mode, that no
 * person asked for and that do not follow a rollback.
 */
export function acceptsItself({ mode, pending, desired }: AuthorityRecord, plan: Plan): boolean {
  return mode === "dev" && plan.kind === "update" && pending?.planId === plan.id &&
    pending.requested === undefined && desired?.rollbackTo === undefined;
}

/** What would change if these needs were accepted. */
export function changesBetween(
  record: AuthorityRecord,
  needs: Needs,
  { users = [], existing = new Map(), earlier = [], lostBefore }: Pick<
    PlanContext,
    "users" | "existing" | "earlier" | "lostBefore"
  >,
): readonly Change[] {
  const accepted = record.desired?.needs;
  const stored = new Set([
    ...boundBuckets("kv", record).keys().map((alias) => resourceKey("kv", alias)),
    ...Object.keys(accepted?.state ?? {}).map((store) => `state/${store}`),
  ]);
  return diffNeeds(accepted, needs, { users, existing, earlier, stored, lostBefore });
}

/** A plan that leads from what is accepted to other needs. */
export function makePlan(
  record: AuthorityRecord,
  needs: Needs,
  changes: readonly Change[],
  { planId, deployment, now, existing }: PlanContext,
): Plan {
  const adopts: Record<string, BucketIdentity> = {};
  for (const [resource, { name, created }] of existing ?? []) {
    if (isShown(resource, changes)) adopts[resource] = { name, created };
  }
  return asStored({
    format: "trellis.plan.v1",
    id: planId,
    deployment,
    kind: kindOf(changes),
    baseVersion: record.desired?.version ?? 0,
    createdAt: now,
    changes,
    ...(Object.keys(adopts).length === 0 ? {} : { adopts }),
    permissions: compareGrants(record.desired?.needs, needs),
    needs,
  });
}

/** A plan whose changes were looked at more closely. */
export function withChanges(plan: Plan, changes: readonly Change[]): Plan {
  const { adopts = {}, ...rest } = plan;
  const shown = Object.entries(adopts).filter(([resource]) => isShown(resource, changes));
  return asStored({
    ...rest,
    changes,
    kind: kindOf(changes),
    ...(shown.length === 0 ? {} : { adopts: Object.fromEntries(shown) }),
  });
}

/** Only a bucket of which a plan shows a person what that may cost is taken over, or bound at any cost. */
function isShown(resource: string, changes: readonly Change[]): boolean {
  const shown = changes.filter((change) => {
    const { section, name } = changePlace(change);
    return `${section}/${name}` === resource;
  });
  return shown.some(({ code }) => /^(kv|store)\.(adopted|reattached)/.test(code)) &&
    shown.some(({ severity }) => severity === "dangerous");
}

function kindOf(changes: readonly Change[]): Plan["kind"] {
  return changes.every(({ severity }) => severity === "safe") ? "update" : "migration";
}

/** A value as it is read back: without members that are undefined. */
export function asStored<T extends object>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}

/** The record with a plan that waits; the one that waited before is superseded. */
export function withPending(
  record: AuthorityRecord,
  plan: Plan,
  context: Pick<PlanContext, "by" | "now" | "signer">,
  requested?: PendingPlan["requested"],
): AuthorityRecord {
  const pending: PendingPlan = {
    planId: plan.id,
    digest: plan.needs.digest,
    planDigest: planDigest(plan),
    ...(requested === undefined ? {} : { requested }),
  };
  return { ...supersede(record, context), pending };
}

/**
 * Refuses needs with a surface that another deployment serves, or Trellis itself: each request would be answered
 * twice, and what is meant for one would be seen by the other.
 */
export function refuseTakenSurface(
  needs: Needs,
  deployment: string,
  taken: ReadonlyMap<string, string>,
): AuthorityError | undefined {
  for (const subject of Object.keys(needs.surfaces)) {
    if (PLATFORM_SUBJECTS.has(subject)) {
      return surfaceTaken(subject, needs.contract, "is served by Trellis itself");
    }
    const owner = taken.get(subject);
    if (owner === undefined || owner === deployment) continue;
    return surfaceTaken(subject, needs.contract, `is already served by the deployment ${owner}`);
  }
  return undefined;
}

/** Says that a surface cannot be had. */
export function surfaceTaken(subject: string, contract: string, why: string): AuthorityError {
  return new AuthorityError(
    "surface_taken",
    `${subject} of ${contract} ${why}`,
    "rename the surface, or remove it from the other contract first",
  );
}

function inMode(
  before: AuthorityRecord | undefined,
  { deployment, mode, by, now, signer }: ProposalContext,
): AuthorityRecord {
  const modeBy = by;
  if (before === undefined) {
    return { format: "trellis.authority.v1", deployment, mode, modeBy, retired: [], history: [] };
  }
  if (before.mode === mode && before.modeBy === by) return before;
  const version = before.desired?.version ?? 0;
  return appendDecision(
    { ...before, mode, modeBy },
    { planId: "", outcome: "mode", at: now, by, version, mode, modeBy },
    signer,
  );
}

/** Nothing is asked for that is not accepted: at most another digest of the same may run. */
function unchanged(
  record: AuthorityRecord,
  needs: Needs,
  context: ProposalContext,
): AuthorityRecord {
  const { desired } = record;
  const settled = record.pending?.requested === undefined ? supersede(record, context) : record;
  if (desired === undefined || desired.digests.includes(needs.digest)) return settled;
  return appendDecision({ ...settled, desired: refreshed(desired, needs) }, {
    planId: desired.planId,
    outcome: "refreshed",
    at: context.now,
    by: context.by,
    version: desired.version,
    digest: needs.digest,
    needsDigest: digestJson(asStored(needs)),
  }, context.signer);
}

/** Closes the pending plan, if there is one, because a newer proposal took its place. */
function supersede(
  record: AuthorityRecord,
  context: Pick<PlanContext, "by" | "now" | "signer">,
): AuthorityRecord {
  const { pending, ...rest } = record;
  if (pending === undefined) return record;
  return appendDecision(rest, {
    planId: pending.planId,
    outcome: "superseded",
    at: context.now,
    by: context.by,
    version: record.desired?.version ?? 0,
    ...(pending.planDigest === undefined ? {} : { planDigest: pending.planDigest }),
  }, context.signer);
}
