import type { Action } from "./action.ts";
import { type BucketSettings, type BucketState, type FieldChange, settingsOf } from "./bucket.ts";
import { type Drift, judgeDrift } from "./drift.ts";
import { boundBuckets, type KnownBucket, kvResource } from "./known_buckets.ts";
import type { Needs } from "./needs.ts";
import type { Owner } from "./physical_name.ts";
import { kvOwner, newestNeeds, type Place, placeBuckets } from "./placement.ts";
import { costlyRepair, stuckSettings } from "./placement_problem.ts";
import { clampBucket, type ResourcePolicy } from "./policy.ts";
import type { AuthorityRecord, ResourceProblem } from "./record.ts";
import { planRemovals } from "./removal.ts";

/** A KV alias and the bucket it is bound to once the actions are done. */
export interface Placement {
  /** As `kv/orders`. */
  readonly resource: string;
  readonly alias: string;
  readonly name: string;
  readonly owner: Owner;
  /** As declared, within the platform's policy. */
  readonly settings: BucketSettings;
  readonly required: boolean;
}

/** What reconciling a deployment takes. */
export interface ActionPlan {
  readonly placements: readonly Placement[];
  readonly actions: readonly Action[];
  readonly problems: readonly ResourceProblem[];
  /** Buckets that are nobody's and stand where a resource would go, by resource. */
  readonly candidates: ReadonlyMap<string, BucketState>;
  /** Some alias found all its names taken: more names may help. */
  readonly exhausted: boolean;
  /** Retired buckets wait to be deleted until nothing is bound to them any more. */
  readonly unfinished: boolean;
}

/** What a plan of actions needs to know beside the record and the world. */
export interface PlanningContext {
  readonly policy?: ResourcePolicy;
  /**
   * Needs of the versions that no reconcile has seen yet, oldest first, as they were accepted; those
   * of the record when left out.
   */
  readonly accepted?: readonly Needs[];
  /** Settings that this run has written itself, by bucket. */
  readonly written?: ReadonlyMap<string, readonly BucketSettings[]>;
  /** Names that are looked at for each alias. */
  readonly depth?: number;
}

/** Derives the actions that lead from the world to the desired state. Pure and idempotent. */
export function planActions(
  record: AuthorityRecord,
  world: ReadonlyMap<string, BucketState>,
  context: PlanningContext = {},
): ActionPlan {
  const { accepted = newestNeeds(record), depth = 2 } = context;
  const needs = record.desired?.needs;
  const places = placeBuckets({ record, world, accepted, depth });
  const placements: Placement[] = [];
  const actions: Action[] = [];
  const problems: ResourceProblem[] = [];
  const candidates = new Map<string, BucketState>();
  for (const [alias, place] of places) {
    if (place.kind === "blocked" || place.kind === "exhausted") {
      problems.push(place.problem);
      if (place.kind === "blocked" && place.candidate !== undefined) {
        candidates.set(kvResource(alias), place.candidate);
      }
      continue;
    }
    const need = needs?.resources.kv[alias];
    if (needs === undefined || need === undefined) continue;
    const placement: Placement = {
      resource: kvResource(alias),
      alias,
      name: place.kind === "create" ? place.name : place.state.name,
      owner: kvOwner(record.deployment, needs.contract, alias),
      settings: clampBucket(settingsOf(need), context.policy ?? {}),
      required: need.required,
    };
    placements.push(placement);
    if (place.kind === "create") {
      const rename = [...places].find(([, { kind, ...other }]) =>
        kind === "rename" && "from" in other && other.from === alias
      );
      const after = rename === undefined ? {} : { after: kvResource(rename[0]) };
      const { required: _, ...write } = placement;
      actions.push({ kind: "create_bucket", ...write, lost: place.lost, ...after });
      continue;
    }
    const change = rewrite(record, placement, place, context);
    actions.push(...change.actions);
    problems.push(...change.problems);
  }
  const removals = planRemovals(record, world, placements);
  actions.push(...removals.actions);
  problems.push(...removals.problems, ...storeProblems(record));
  return {
    placements,
    actions,
    problems,
    candidates,
    exhausted: [...places.values()].some(({ kind }) => kind === "exhausted"),
    unfinished: removals.waiting,
  };
}

/** What it takes to make an existing bucket the placement's own and as declared. */
function rewrite(
  record: AuthorityRecord,
  placement: Placement,
  place: Exclude<Place, { kind: "create" | "blocked" | "exhausted" }>,
  context: PlanningContext,
): { actions: readonly Action[]; problems: readonly ResourceProblem[] } {
  const { required: _, ...write } = placement;
  const { state } = place;
  const former = place.kind === "rename" ? place.from : placement.alias;
  const bound = boundAs(record, placement.name) !== undefined;
  const before = place.kind === "adopt"
    ? undefined
    : knownSettings(record, former, placement, context);
  const drift = judgeDrift(state, placement.settings, before);
  const base = { ...write, expected: { created: state.created, owner: state.owner } };
  const problems: ResourceProblem[] = [];
  if (drift.costly.length > 0) {
    problems.push(costlyRepair(placement.alias, placement.name, drift.costly));
  }
  if (drift.stuck.length > 0) {
    problems.push(stuckSettings(placement.alias, placement.name, drift.stuck));
    // What can never be as declared is not taken over.
    if (place.kind === "adopt") return { actions: [], problems };
  }
  const { decided, repairs, settings } = drift;
  const owner = { field: "owner", from: ownerText(state.owner), to: ownerText(placement.owner) };
  if (place.kind === "adopt") {
    const changes = [owner, ...decided, ...repairs];
    return { actions: [{ kind: "adopt_bucket", ...base, settings, changes }], problems };
  }
  if (place.kind === "rename") {
    const { from } = place;
    const changes = [owner, ...decided, ...repairs];
    return { actions: [{ kind: "rename_bucket", ...base, settings, from, changes }], problems };
  }
  const actions: Action[] = [];
  const undone = place.kind === "reclaim" ? [owner, ...repairs] : repairs;
  if (undone.length > 0) {
    // A bucket that was not bound, as one whose alias comes back, was not changed behind anybody.
    const kind = bound ? "repair_bucket" as const : "update_bucket" as const;
    const changes: readonly FieldChange[] = bound ? undone : [...undone, ...decided];
    const then = bound ? withoutDecided(drift, state) : settings;
    actions.push({ kind, ...base, settings: then, changes });
  }
  if (decided.length > 0 && (bound || undone.length === 0)) {
    const expected = { ...base.expected, owner: undone.length > 0 ? write.owner : state.owner };
    actions.push({ kind: "update_bucket", ...base, expected, settings, changes: decided });
  }
  return { actions, problems };
}

/** Values of settings that decisions put into a bucket: none of them was set by hand. */
function knownSettings(
  record: AuthorityRecord,
  former: string,
  { alias, name }: Placement,
  { accepted = [], policy = {}, written }: PlanningContext,
): readonly BucketSettings[] {
  const bound = boundAs(record, name);
  const decided = accepted.slice(0, -1).flatMap(({ resources: { kv } }) =>
    [former, alias].flatMap((each) => {
      const need = Object.hasOwn(kv, each) ? kv[each] : undefined;
      return need === undefined ? [] : [clampBucket(settingsOf(need), policy)];
    })
  );
  const own = bound?.settings === undefined ? [] : [bound.settings];
  return [...own, ...decided, ...(written?.get(name) ?? [])];
}

/** What the record knows of a bucket that was bound, under whatever alias. */
function boundAs(record: AuthorityRecord, name: string): KnownBucket | undefined {
  return [...boundBuckets(record).values()].find((bucket) => bucket.name === name);
}

/** The settings after a repair, before what was decided follows in an action of its own. */
function withoutDecided({ decided, settings }: Drift, state: BucketState): BucketSettings {
  const still = Object.fromEntries(decided.map(({ field, from }) => [field, from]));
  return decided.length === 0 ? settings : { ...settings, ...pick(state.settings, still) };
}

function pick(settings: BucketSettings, fields: Readonly<Record<string, unknown>>) {
  return Object.fromEntries(
    Object.entries(settings).filter(([field]) => Object.hasOwn(fields, field)),
  );
}

function ownerText(owner: Owner | undefined): string | null {
  return owner === undefined ? null : `${owner.deployment} ${owner.contract} ${owner.alias}`;
}

function storeProblems(record: AuthorityRecord): readonly ResourceProblem[] {
  return Object.keys(record.desired?.needs.resources.store ?? {}).map((alias) => ({
    resource: `store/${alias}`,
    code: "store_unsupported",
    message: `the store "${alias}" is accepted, but this version of Trellis provides no stores`,
    hint: "remove it from resources.store; the rest of the contract runs",
    retryable: false,
  }));
}
