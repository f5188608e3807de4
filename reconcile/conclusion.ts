import type { Bindings, KvResourceBinding } from "../contracts/bindings.ts";
import type { Action } from "./action.ts";
import type { ActionPlan, Placement } from "./actions.ts";
import { type BucketState, sameOwner, settingsDrift } from "./bucket.ts";
import { boundBuckets, doomedBuckets, kvResource } from "./known_buckets.ts";
import type {
  AuthorityRecord,
  BoundBucket,
  Materialized,
  ResourceProblem,
  RetiredResource,
} from "./record.ts";
import { detachedBuckets, judgeDoomed } from "./removal.ts";

/** What a reconcile found and did. */
export interface Findings {
  readonly plan: ActionPlan;
  /** The buckets as they are after the actions. */
  readonly after: ReadonlyMap<string, BucketState>;
  /** Actions that were done, of this run and of its earlier attempts. */
  readonly done: readonly Action[];
  /** What was in the way; resources whose action failed are among them. */
  readonly problems: readonly ResourceProblem[];
  readonly failed: ReadonlySet<string>;
  /** ISO date-time. */
  readonly now: string;
}

/** The record after a reconcile; the same object when nothing changed. */
export function conclude(record: AuthorityRecord, findings: Findings): AuthorityRecord {
  const desired = record.desired;
  if (desired === undefined) return record;
  const { plan, after, now } = findings;
  const problems = [...findings.problems];
  const bound: { placement: Placement; state: BucketState }[] = [];
  for (const placement of plan.placements) {
    const state = after.get(placement.name);
    const known = problems.some(({ resource }) => resource === placement.resource);
    const problem = verify(placement, state);
    if (problem !== undefined && !known) problems.push(problem);
    // One that is its own stays bound whatever else is wrong: what is in force is in the binding.
    if (state !== undefined && sameOwner(state.owner, placement.owner)) {
      bound.push({ placement, state });
    }
  }
  // In one order, whatever was done first: what did not change is not written again.
  bound.sort((a, b) => a.placement.alias < b.placement.alias ? -1 : 1);
  const bindings: Bindings = {
    format: "trellis.bindings.v1",
    deployment: record.deployment,
    contract: desired.needs.contract,
    digests: desired.digests,
    version: desired.version,
    kv: Object.fromEntries(bound.map(({ placement, state }) => [
      placement.alias,
      bindingOf(state),
    ])),
    store: {},
  };
  const materialized: Materialized = {
    version: desired.version,
    state: problems.length === 0 ? "reconciled" : "pending",
    problems,
    at: now,
    bindings,
    buckets: remembered(record, findings, bound),
  };
  const retired = retiredAfter(record, findings, bound);
  const before = record.materialized;
  const same = before !== undefined && sameJson(retired, record.retired) &&
    sameJson({ ...before, at: "" }, { ...materialized, at: "" });
  return same ? record : { ...record, materialized, retired };
}

/** Compares what was declared with what the server says it has; servers drop what they do not know. */
function verify(placement: Placement, found: BucketState | undefined): ResourceProblem | undefined {
  const { resource, name, owner, settings } = placement;
  if (found === undefined) {
    return {
      resource,
      code: "bucket_missing",
      message: `the bucket ${name} is not there after it was created`,
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
    message: `the bucket ${name} does not have what was declared: ${fields.join(", ")}`,
    hint: "the server may be too old (2.10 is needed), or somebody changed the bucket meanwhile",
    retryable: true,
  };
}

function bindingOf({ name, settings }: BucketState): KvResourceBinding {
  const { history, ttlMs, maxValueBytes } = settings;
  const binding = { bucket: name, history, ttlMs };
  return maxValueBytes === 0 ? binding : { ...binding, maxValueBytes };
}

/** What each resource is bound to, and what those that are kept from it were bound to. */
function remembered(
  record: AuthorityRecord,
  { plan, failed }: Findings,
  bound: readonly { placement: Placement; state: BucketState }[],
): Readonly<Record<string, BoundBucket>> {
  const before = boundBuckets(record);
  const buckets = new Map<string, BoundBucket>();
  const detached = new Set(detachedBuckets(record, plan.placements).map(({ name }) => name));
  const now = new Set(bound.map(({ placement }) => placement.name));
  for (const { alias, name, created = "", settings } of before.values()) {
    if (detached.has(name) || now.has(name) || settings === undefined) continue;
    buckets.set(kvResource(alias), { name, created, settings });
  }
  for (const { placement, state } of bound) {
    const { resource, alias, name } = placement;
    const known = before.get(alias);
    // What could not be written is still to be: the settings before are no change by hand.
    const kept = failed.has(resource) && known?.name === name ? known.settings : undefined;
    const settings = kept ?? placement.settings;
    buckets.set(resource, { name, created: state.created, settings });
  }
  return Object.fromEntries([...buckets].sort(([a], [b]) => a < b ? -1 : 1));
}

/** Buckets that are no longer bound are kept and remembered, until they are bound again or deleted. */
function retiredAfter(
  record: AuthorityRecord,
  { plan, after, done, now }: Findings,
  bound: readonly { placement: Placement; state: BucketState }[],
): readonly RetiredResource[] {
  const inUse = new Set(bound.map(({ placement }) => placement.name));
  const doomed = doomedBuckets(record);
  const stillBound = new Set(
    Object.values(record.materialized?.bindings.kv ?? {}).map(({ bucket }) => bucket),
  );
  const kept = record.retired.filter(({ kind, name }) => {
    if (kind !== "kv") return true;
    if (inUse.has(name)) return false;
    const bucket = doomed.get(name);
    if (bucket === undefined || stillBound.has(name)) return true;
    const state = after.get(name);
    return state !== undefined && judgeDoomed(record, bucket, state) !== "gone";
  });
  const known = new Set(record.retired.map(({ name }) => name));
  const added: RetiredResource[] = [];
  const add = (alias: string, name: string, created: string | undefined) => {
    if (known.has(name) || inUse.has(name)) return;
    known.add(name);
    const deletedBy = doomed.get(name)?.deletedBy;
    added.push({
      kind: "kv",
      alias,
      name,
      at: now,
      ...(created === undefined ? {} : { created }),
      ...(deletedBy === undefined ? {} : { deletedBy }),
    });
  };
  for (const { alias, name, created } of detachedBuckets(record, plan.placements)) {
    add(alias, name, created);
  }
  // Made for a version that was superseded meanwhile.
  const aliases = record.desired?.needs.resources.kv ?? {};
  for (const action of done) {
    if (action.kind !== "create_bucket" || Object.hasOwn(aliases, action.alias)) continue;
    const state = after.get(action.name);
    if (sameOwner(state?.owner, action.owner)) add(action.alias, action.name, state?.created);
  }
  return added.length === 0 && kept.length === record.retired.length
    ? record.retired
    : [...kept, ...added];
}

function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
