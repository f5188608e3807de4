import type { Placement } from "./placement.ts";
import type { Action, CreateBucket } from "./action.ts";
import {
  type BucketsByKind,
  type BucketState,
  type FieldChange,
  isSameBucket,
} from "../resources/bucket.ts";
import type { BucketSettings } from "../resources/settings.ts";
import { type Drift, judgeDrift } from "./judge_drift.ts";
import { type BoundBucket, boundBuckets } from "../records/known_buckets.ts";
import type { Needs } from "../needs/need_types.ts";
import type { Owner } from "../resources/owner.ts";
import { newestNeeds, type Place, placeBuckets } from "./place_buckets.ts";
import { costlyRepair, costlyReturn, policyDropsData, stuckSettings } from "./placement_problem.ts";
import { clampBucket, type ResourcePolicy } from "../resources/policy.ts";
import type { AuthorityRecord, ResourceProblem } from "../records/authority_record.ts";
import { requestedSettings } from "../needs/requested_settings.ts";
import { planRemovals } from "./plan_removals.ts";
import { RESOURCE_KINDS, resourceKey, type ResourceKind, resourceOf } from "../resources/kinds.ts";

/** What reconciling a deployment takes. */
export interface ActionPlan {
  readonly placements: readonly Placement[];
  readonly actions: readonly Action[];
  readonly problems: readonly ResourceProblem[];
  /** Buckets without an owner that have the name a resource would get, by resource. */
  readonly candidates: ReadonlyMap<string, BucketState>;
  /** Some alias found all its names taken: more names may help. */
  readonly exhausted: boolean;
  /** Retired buckets wait to be deleted until nothing is bound to them any more. */
  readonly unfinished: boolean;
  /** Resources of which only a part was there: the whole is to be judged once it is. */
  readonly completes: readonly string[];
}

/** What a plan of actions needs to know beside the record and the buckets. */
export interface PlanningContext {
  readonly policy?: ResourcePolicy;
  /**
   * Needs of the versions that no reconcile has seen yet, oldest first, as they were accepted; those
   * of the record when left out.
   */
  readonly accepted?: readonly Needs[];
  /** Settings that this run has written itself, by kind and name, as `kv/svc_orders_orders`. */
  readonly written?: ReadonlyMap<string, readonly BucketSettings[]>;
  /** Names that are looked at for each alias. */
  readonly depth?: number;
}

/** Derives the actions that lead from what the server has to the desired state. Pure and idempotent. */
export function planActions(
  record: AuthorityRecord,
  buckets: BucketsByKind,
  context: PlanningContext = {},
): ActionPlan {
  const plans = RESOURCE_KINDS.map((kind) => planKind(kind, record, buckets[kind], context));
  return {
    placements: plans.flatMap(({ placements }) => placements),
    actions: plans.flatMap(({ actions }) => actions),
    problems: plans.flatMap(({ problems }) => problems),
    candidates: new Map(plans.flatMap(({ candidates }) => [...candidates])),
    exhausted: plans.some(({ exhausted }) => exhausted),
    unfinished: plans.some(({ unfinished }) => unfinished),
    completes: plans.flatMap(({ completes }) => completes),
  };
}

function planKind(
  kind: ResourceKind,
  record: AuthorityRecord,
  buckets: ReadonlyMap<string, BucketState>,
  context: PlanningContext,
): ActionPlan {
  const { accepted = newestNeeds(record), depth = 2 } = context;
  const needs = record.desired?.needs;
  const places = placeBuckets({ kind, record, buckets, accepted, depth });
  const placements: Placement[] = [];
  const actions: Action[] = [];
  const problems: ResourceProblem[] = [];
  const candidates = new Map<string, BucketState>();
  const completes: string[] = [];
  for (const [alias, place] of places) {
    const resource = resourceKey(kind, alias);
    if (place.kind === "blocked" || place.kind === "exhausted") {
      problems.push(place.problem);
      if (place.kind === "blocked" && place.candidate !== undefined) {
        candidates.set(resource, place.candidate);
      }
      continue;
    }
    const need = needs?.resources[kind][alias];
    const asked = needs && requestedSettings(kind, needs, alias);
    if (needs === undefined || need === undefined || asked === undefined) continue;
    const placement: Placement = {
      kind,
      alias,
      name: place.kind === "create" ? place.name : place.state.name,
      owner: { deployment: record.deployment, contract: needs.contract, alias, kind },
      settings: clampBucket(asked, context.policy ?? {}),
      required: need.required,
    };
    if (place.kind === "create") {
      const rename = [...places].find(([, { kind, ...place }]) =>
        kind === "rename" && "from" in place && place.from === alias
      );
      const after = rename === undefined ? {} : { after: resourceKey(kind, rename[0]) };
      placements.push(placement);
      actions.push({ ...creation(placement, place.lost), ...after });
      continue;
    }
    if (place.kind !== "adopt" && place.state.missing !== undefined) {
      // What is left of it is judged when it is whole again.
      const isBound = boundAs(kind, record, placement.name) !== undefined;
      placements.push(placement);
      actions.push(creation(placement, isBound || place.state.bytes > 0));
      completes.push(resource);
      continue;
    }
    const change = rewrite(record, placement, place, asked, context);
    if (change.placement !== undefined) placements.push(change.placement);
    actions.push(...change.actions);
    problems.push(...change.problems);
  }
  const removals = planRemovals(kind, record, buckets, placements);
  return {
    placements,
    actions: [...actions, ...removals.actions],
    problems: [...problems, ...removals.problems],
    candidates,
    exhausted: [...places.values()].some((place) => place.kind === "exhausted"),
    unfinished: removals.waiting,
    completes,
  };
}

function creation(placement: Placement, lost: boolean): CreateBucket {
  return { kind: "create_bucket", ...written(placement), lost };
}

/** What an action says of a placement. */
function written({ kind, alias, name, owner, settings }: Placement) {
  return { subject: { kind, alias, name }, owner, settings };
}

/** What it takes to make an existing bucket the placement's own and as declared. */
function rewrite(
  record: AuthorityRecord,
  declared: Placement,
  place: Exclude<Place, { kind: "create" | "blocked" | "exhausted" }>,
  asked: BucketSettings,
  context: PlanningContext,
): {
  /** Undefined: the alias is not to be bound to the bucket. */
  placement: Placement | undefined;
  actions: readonly Action[];
  problems: readonly ResourceProblem[];
} {
  const { kind, alias, name } = declared;
  const { state } = place;
  const former = place.kind === "rename" ? place.from : alias;
  const bound = boundAs(kind, record, name) !== undefined;
  const isAllowed = place.kind === "adopt" || (!bound && wasAllowed(record, declared, state));
  const before = isAllowed ? undefined : knownSettings(record, former, declared, context);
  const drift = judgeDrift(state, declared.settings, before, asked, !bound && !isAllowed);
  const problems: ResourceProblem[] = [];
  if (!bound && drift.costly.length > 0) {
    problems.push(costlyReturn(declared, drift.costly));
    return { placement: undefined, actions: [], problems };
  }
  if (drift.costly.length > 0) problems.push(costlyRepair(declared, drift.costly));
  if (drift.refused.length > 0) problems.push(policyDropsData(declared, drift.refused));
  // A policy that cannot be followed is not in force; what is, is what a decision put there.
  const kept = Object.fromEntries(drift.refused.map(({ field, from }) => [field, from]));
  const placement = { ...declared, settings: { ...declared.settings, ...kept } };
  const base = {
    ...written(placement),
    expected: { created: state.created, owner: state.owner },
  };
  if (drift.stuck.length > 0) {
    problems.push(stuckSettings(declared, drift.stuck));
    // What can never be as declared is not taken over.
    if (place.kind === "adopt") return { placement, actions: [], problems };
  }
  const { repairs, settings } = drift;
  const decided: readonly FieldChange[] = [...drift.decided, ...drift.layout];
  const owner = { field: "owner", from: ownerText(state.owner), to: ownerText(placement.owner) };
  if (place.kind === "adopt") {
    const changes = [owner, ...decided, ...repairs];
    return { placement, actions: [{ kind: "adopt_bucket", ...base, settings, changes }], problems };
  }
  if (place.kind === "rename") {
    const { from } = place;
    const changes = [owner, ...decided, ...repairs];
    const rename = { kind: "rename_bucket", ...base, settings, from, changes } as const;
    return { placement, actions: [rename], problems };
  }
  const actions: Action[] = [];
  const undone = place.kind === "reclaim" ? [owner, ...repairs] : repairs;
  if (undone.length > 0) {
    // A bucket that was not bound, as one whose alias comes back, was not changed outside Trellis.
    const kind = bound ? "repair_bucket" as const : "update_bucket" as const;
    const changes: readonly FieldChange[] = bound ? undone : [...undone, ...decided];
    const then = bound ? withoutDecided(drift) : settings;
    actions.push({ kind, ...base, settings: then, changes });
  }
  if (decided.length > 0 && (bound || undone.length === 0)) {
    const expected = { ...base.expected, owner: undone.length > 0 ? base.owner : state.owner };
    actions.push({ kind: "update_bucket", ...base, expected, settings, changes: decided });
  }
  return { placement, actions, problems };
}

/** Whether a person saw what binding an alias to this very bucket costs, and accepted it. */
function wasAllowed(
  { desired }: AuthorityRecord,
  placement: Placement,
  state: BucketState,
): boolean {
  const allowed = desired?.adopts?.[resourceOf(placement)];
  return allowed?.name === placement.name && isSameBucket(allowed.created, state);
}

/** Values of settings that decisions put into a bucket: none of them was set outside Trellis. */
function knownSettings(
  record: AuthorityRecord,
  former: string,
  { kind, alias, name }: Placement,
  { accepted = [], policy = {}, written }: PlanningContext,
): readonly BucketSettings[] {
  const bound = boundAs(kind, record, name);
  const decided = accepted.slice(0, -1).flatMap((needs) =>
    [former, alias].flatMap((name) => {
      const asked = requestedSettings(kind, needs, name);
      return asked === undefined ? [] : [clampBucket(asked, policy)];
    })
  );
  const known = bound === undefined ? [] : [bound.settings];
  return [...known, ...decided, ...(written?.get(resourceKey(kind, name)) ?? [])];
}

/** What the record knows of a bucket that was bound, under whatever alias. */
function boundAs(
  kind: ResourceKind,
  record: AuthorityRecord,
  name: string,
): BoundBucket | undefined {
  return [...boundBuckets(kind, record).values()].find((bucket) => bucket.name === name);
}

/** The settings after a repair, before what was decided follows in an action of its own. */
function withoutDecided({ decided, settings }: Drift): BucketSettings {
  const still = decided.map(({ field, from }) => [field, from]);
  return decided.length === 0 ? settings : { ...settings, ...Object.fromEntries(still) };
}

function ownerText(owner: Owner | undefined): string | null {
  return owner === undefined ? null : `${owner.deployment} ${owner.contract} ${owner.alias}`;
}
