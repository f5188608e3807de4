import type { Bindings } from "../../contracts/stored/bindings.ts";
import type { Action } from "./action.ts";
import { WORK_BINDINGS, type WorkConclusion } from "../consumers/conclude_work.ts";
import type { ActionPlan } from "./plan_actions.ts";
import type { Placement } from "./placement.ts";
import type { BucketsByKind, BucketState } from "../resources/bucket.ts";
import { settingsDrift } from "../resources/settings.ts";
import { sameOwner } from "../resources/owner.ts";
import { boundBuckets, bucketsToDelete, publishedNames } from "../records/known_buckets.ts";
import type {
  AuthorityRecord,
  Materialized,
  ResourceProblem,
  RetiredBucket,
} from "../records/authority_record.ts";
import { deletionState, detachedBuckets } from "./plan_removals.ts";
import {
  byKind,
  RESOURCE_KINDS,
  resourceKey,
  type ResourceKind,
  resourceOf,
} from "../resources/kinds.ts";
import { kvBinding, RESOURCE_RULES, storeBinding } from "../resources/resource_rules.ts";

/** What a reconcile found and did. */
export interface Findings {
  readonly plan: ActionPlan;
  /** The buckets as they are after the actions. */
  readonly after: BucketsByKind;
  /** Actions that were done, of this run and of its earlier attempts. */
  readonly done: readonly Action[];
  /** What was in the way; resources whose action failed are among them. */
  readonly problems: readonly ResourceProblem[];
  readonly failed: ReadonlySet<string>;
  /** What came of groups, projections and relays; missing: they are as they were. */
  readonly work?: WorkConclusion | undefined;
  /** ISO date-time. */
  readonly now: string;
}

/** A placement and what was found in its place. */
interface Bound {
  readonly placement: Placement;
  readonly state: BucketState;
}

/** The record after a reconcile; the same object when nothing changed. */
export function conclude(record: AuthorityRecord, findings: Findings): AuthorityRecord {
  const desired = record.desired;
  if (desired === undefined) return record;
  const { plan, after, now } = findings;
  const work = findings.work ?? workBefore(record);
  const problems = [...findings.problems, ...work.problems];
  const bound: Bound[] = [];
  for (const placement of plan.placements) {
    const state = after[placement.kind].get(placement.name);
    const known = problems.some(({ resource }) => resource === resourceOf(placement));
    const problem = verify(placement, state);
    if (problem !== undefined && !known) problems.push(problem);
    // One that is its own stays bound whatever else is wrong: what is in force is in the binding.
    if (state?.missing === undefined && sameOwner(state?.owner, placement.owner)) {
      if (state !== undefined) bound.push({ placement, state });
    }
  }
  // In one order, whatever was done first: what did not change is not written again.
  bound.sort((a, b) => resourceOf(a.placement) < resourceOf(b.placement) ? -1 : 1);
  const bindings: Bindings = {
    format: "trellis.bindings.v1",
    deployment: record.deployment,
    contract: desired.needs.contract,
    digests: desired.digests,
    version: desired.version,
    surfaces: Object.keys(desired.needs.surfaces).sort(),
    kv: ofProjections(bindingsOf(bound, "kv", kvBinding), work.bindings.projections),
    store: bindingsOf(bound, "store", storeBinding),
    ...work.bindings,
  };
  const materialized: Materialized = {
    version: desired.version,
    state: problems.length === 0 ? "reconciled" : "pending",
    problems,
    at: now,
    bindings,
    buckets: remembered(record, findings, bound),
    ...(work.work === undefined ? {} : { work: work.work }),
  };
  const retired = retiredAfter(record, findings, bound);
  const before = record.materialized;
  const same = before !== undefined && sameJson(retired, record.retired) &&
    sameJson({ ...before, at: "" }, { ...materialized, at: "" });
  return same ? record : { ...record, materialized, retired };
}

/** A projection is read from the bucket that was made last. */
function ofProjections<T extends { readonly bucket: string }>(
  kv: Readonly<Record<string, T>>,
  projections: WorkConclusion["bindings"]["projections"] = {},
): Readonly<Record<string, T>> {
  return Object.fromEntries(
    Object.entries(kv).map(([alias, binding]) => {
      const bucket = projections[alias]?.bucket ?? binding.bucket;
      return [alias, { ...binding, bucket }];
    }),
  );
}

/** The KV buckets that aliases are bound to, by alias. */
export function placedBuckets(
  { placements }: Pick<ActionPlan, "placements">,
  after: BucketsByKind,
): Readonly<Record<string, { readonly bucket: string }>> {
  return Object.fromEntries(placements.flatMap(({ kind, alias, name, owner }) => {
    const state = after[kind].get(name);
    const isBound = kind === "kv" && state?.missing === undefined &&
      sameOwner(state?.owner, owner);
    return isBound ? [[alias, { bucket: name }] as const] : [];
  }));
}

function workBefore({ materialized }: AuthorityRecord): WorkConclusion {
  const bindings = Object.entries(materialized?.bindings ?? {})
    .filter(([name]) => WORK_BINDINGS.some((known) => known === name));
  return { bindings: Object.fromEntries(bindings), work: materialized?.work, problems: [] };
}

/** Compares what was declared with what the server says it has; servers drop what they do not know. */
function verify(placement: Placement, found: BucketState | undefined): ResourceProblem | undefined {
  const { kind, name, owner, settings } = placement;
  const resource = resourceOf(placement);
  const { noun } = RESOURCE_RULES[kind];
  if (found === undefined || found.missing !== undefined) {
    return {
      resource,
      code: "bucket_missing",
      message: `the ${noun} ${name} is not there after it was created`,
      hint: "look at the NATS server's log and run the reconcile again",
      retryable: true,
    };
  }
  const fields = [
    ...(sameOwner(found.owner, owner) ? [] : ["owner"]),
    ...settingsDrift(found.settings, settings),
    ...(found.deviations ?? []).map(({ field }) => field),
  ];
  if (fields.length === 0) return undefined;
  return {
    resource,
    code: "bucket_differs",
    message: `the ${noun} ${name} does not have what was declared: ${fields.join(", ")}`,
    hint: "the server may be too old (2.10 is needed), or the bucket was changed meanwhile",
    retryable: true,
  };
}

function bindingsOf<T>(
  bound: readonly Bound[],
  kind: ResourceKind,
  bindingOf: (state: BucketState) => T,
): Readonly<Record<string, T>> {
  return Object.fromEntries(
    bound.filter(({ placement }) => placement.kind === kind)
      .map(({ placement, state }) => [placement.alias, bindingOf(state)]),
  );
}

/** What each resource is bound to, and what those that are kept from it were bound to. */
function remembered(
  record: AuthorityRecord,
  { plan, failed }: Findings,
  bound: readonly Bound[],
): NonNullable<Materialized["buckets"]> {
  const before = byKind((kind) => boundBuckets(kind, record));
  const buckets = new Map<string, NonNullable<Materialized["buckets"]>[string]>();
  const now = new Set(bound.map(({ placement: { kind, name } }) => resourceKey(kind, name)));
  for (const kind of RESOURCE_KINDS) {
    const detached = new Set(
      detachedBuckets(kind, record, plan.placements).map(({ name }) => name),
    );
    for (const { alias, name, created = "", settings } of before[kind].values()) {
      const elsewhere = detached.has(name) || now.has(resourceKey(kind, name));
      if (elsewhere) continue;
      buckets.set(resourceKey(kind, alias), { name, created, settings });
    }
  }
  for (const { placement, state } of bound) {
    const { kind, alias, name } = placement;
    const resource = resourceOf(placement);
    const known = before[kind].get(alias);
    // What could not be written is still to be: the settings before are no change from outside.
    const kept = failed.has(resource) && known?.name === name ? known.settings : undefined;
    const settings = kept ?? placement.settings;
    buckets.set(resource, { name, created: state.created, settings });
  }
  return Object.fromEntries([...buckets].sort(([a], [b]) => a < b ? -1 : 1));
}

/** Buckets that are no longer bound are kept and remembered, until they are bound again or deleted. */
function retiredAfter(
  record: AuthorityRecord,
  findings: Findings,
  bound: readonly Bound[],
): readonly RetiredBucket[] {
  const changes = RESOURCE_KINDS.map((kind) => retiredOfKind(kind, record, findings, bound));
  const dropped = new Set(changes.flatMap(({ dropped }) => dropped));
  const added = changes.flatMap(({ added }) => added);
  return added.length === 0 && dropped.size === 0
    ? record.retired
    : [...record.retired.filter((entry) => !dropped.has(entry)), ...added];
}

function retiredOfKind(
  kind: ResourceKind,
  record: AuthorityRecord,
  { plan, after, done, now }: Findings,
  bound: readonly Bound[],
): { dropped: readonly RetiredBucket[]; added: readonly RetiredBucket[] } {
  const inUse = new Set(
    bound.filter(({ placement }) => placement.kind === kind).map(({ placement }) => placement.name),
  );
  const doomed = bucketsToDelete(kind, record);
  const stillBound = publishedNames(kind, record);
  const before = record.retired.filter((entry) => entry.kind === kind);
  const dropped = before.filter(({ name }) => {
    if (inUse.has(name)) return true;
    const bucket = doomed.get(name);
    if (bucket === undefined || stillBound.has(name)) return false;
    const state = after[kind].get(name);
    return state === undefined || deletionState(kind, record, bucket, state) === "gone";
  });
  const known = new Set(before.map(({ name }) => name));
  const added: RetiredBucket[] = [];
  const add = (alias: string, name: string, created: string | undefined) => {
    if (known.has(name) || inUse.has(name)) return;
    known.add(name);
    const deletedBy = doomed.get(name)?.deletedBy;
    added.push({
      kind,
      alias,
      name,
      at: now,
      ...(created === undefined ? {} : { created }),
      ...(deletedBy === undefined ? {} : { deletedBy }),
    });
  };
  for (const { alias, name, created } of detachedBuckets(kind, record, plan.placements)) {
    add(alias, name, created);
  }
  // Made for a version that was superseded meanwhile.
  const aliases = record.desired?.needs.resources[kind] ?? {};
  for (const action of done) {
    const { alias, name } = action.subject;
    if (action.kind !== "create_bucket" || Object.hasOwn(aliases, alias)) continue;
    if (action.subject.kind !== kind) continue;
    const state = after[kind].get(name);
    if (sameOwner(state?.owner, action.owner)) add(alias, name, state?.created);
  }
  return { dropped, added };
}

function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
