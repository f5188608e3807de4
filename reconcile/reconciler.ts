import type { Bindings, KvResourceBinding } from "../contracts/bindings.ts";
import { err, ok, type Result } from "../contracts/result.ts";
import { type Action, candidateNames, type Placement, planActions } from "./actions.ts";
import { AuthorityError } from "./authority_error.ts";
import { type BucketState, sameOwner, settingsDrift } from "./bucket.ts";
import type { AuthorityStore, BucketWorld, Sources } from "./ports.ts";
import type { AuthorityRecord, Materialized, ResourceProblem, RetiredResource } from "./record.ts";

/** What a reconcile did. */
export interface ReconcileOutcome {
  readonly record: AuthorityRecord;
  readonly materialized: Materialized | undefined;
  readonly actions: readonly Action[];
}

/** How often a record is tried again when somebody else wrote it meanwhile. */
const ATTEMPTS = 8;

/**
 * Makes the world what a deployment's desired state says: reads both, acts step by step, reads back,
 * and only then publishes the bindings. May be killed anywhere and run again; two may run at once.
 */
export async function reconcileDeployment(
  deployment: string,
  store: AuthorityStore,
  world: BucketWorld,
  sources: Sources,
): Promise<Result<ReconcileOutcome, AuthorityError>> {
  const done: Action[] = [];
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const loaded = await store.load(deployment);
    if (loaded.isErr()) return err(loaded.error);
    if (loaded.value === undefined) {
      return err(
        new AuthorityError(
          "deployment_not_found",
          `there is no deployment ${deployment}`,
          "see trellis status for those that exist",
        ),
      );
    }
    const { value: record, revision } = loaded.value;
    if (record.desired === undefined) {
      return ok({ record, materialized: record.materialized, actions: [] });
    }
    const before = await readWorld(record, world);
    if (before.isErr()) return err(before.error);
    const plan = planActions(record, before.value);
    const problems = [...plan.problems];
    for (const action of plan.actions) {
      const problem = await act(action, world);
      if (problem?.code === "nats_unavailable") {
        // The rest would only wait for the same server; what is done is found again next time.
        return err(new AuthorityError("unavailable", problem.message, problem.hint));
      }
      if (problem === undefined) done.push(action);
      else problems.push(problem);
    }
    const after = plan.actions.length === 0 ? before : await readWorld(record, world);
    if (after.isErr()) return err(after.error);
    const bound = plan.placements.filter((placement) => {
      const problem = verify(placement, after.value.get(placement.name));
      const known = problems.some(({ resource }) => resource === `kv/${placement.alias}`);
      if (problem !== undefined && !known) problems.push(problem);
      return problem === undefined;
    });
    const next = conclude(record, bound, problems, sources.now());
    // Bindings first: a reader that sees the record reconciled then finds what it says. Also when
    // nothing changed: a reconcile of an older version, or another tool, may have written them since.
    const bindings = next.materialized?.bindings;
    if (bindings !== undefined) {
      const published = await store.saveBindings(bindings);
      if (published.isErr()) return err(published.error);
    }
    if (next === record) return ok({ record, materialized: record.materialized, actions: done });
    const saved = await store.save(next, revision);
    if (saved.isErr()) return err(saved.error);
    if (saved.value) return ok({ record: next, materialized: next.materialized, actions: done });
  }
  return err(
    new AuthorityError(
      "too_many_conflicts",
      `the record of ${deployment} kept changing while it was reconciled`,
      `try again: trellis svc ${deployment} authority reconcile`,
    ),
  );
}

async function readWorld(
  record: AuthorityRecord,
  world: BucketWorld,
): Promise<Result<ReadonlyMap<string, BucketState>, AuthorityError>> {
  const states = new Map<string, BucketState>();
  const answers = await Promise.all(candidateNames(record).map((name) => world.read(name)));
  for (const answer of answers) {
    if (answer.isErr()) {
      const { message, hint } = answer.error;
      return err(new AuthorityError("unavailable", message, hint));
    }
    if (answer.value !== undefined) states.set(answer.value.name, answer.value);
  }
  return ok(states);
}

async function act(action: Action, world: BucketWorld): Promise<ResourceProblem | undefined> {
  const { name, owner, settings } = action;
  const result = action.kind === "create_bucket"
    ? await world.create(name, owner, settings)
    : await world.update(name, owner, settings);
  return result.isErr() ? { resource: `kv/${action.alias}`, ...result.error } : undefined;
}

/** Compares what was declared with what the server says it has; servers drop what they do not know. */
function verify(placement: Placement, found: BucketState | undefined): ResourceProblem | undefined {
  const resource = `kv/${placement.alias}`;
  if (found === undefined) {
    return {
      resource,
      code: "bucket_missing",
      message: `the bucket ${placement.name} is not there after it was created`,
      hint: "look at the NATS server's log and run the reconcile again",
      retryable: true,
    };
  }
  const drift = settingsDrift(found.settings, placement.settings);
  if (drift.length === 0 && sameOwner(found.owner, placement.owner)) return undefined;
  return {
    resource,
    code: "bucket_differs",
    message: `the bucket ${placement.name} does not have what was declared: ${
      drift.length === 0 ? "owner" : drift.join(", ")
    }`,
    hint: "the server may be too old (2.10 is needed), or somebody changed the bucket meanwhile",
    retryable: true,
  };
}

/** The record after a reconcile; the same object when nothing changed. */
function conclude(
  record: AuthorityRecord,
  bound: readonly Placement[],
  problems: readonly ResourceProblem[],
  now: string,
): AuthorityRecord {
  const desired = record.desired;
  if (desired === undefined) return record;
  const bindings: Bindings = {
    format: "trellis.bindings.v1",
    deployment: record.deployment,
    contract: desired.needs.contract,
    digests: desired.digests,
    version: desired.version,
    kv: Object.fromEntries(bound.map((placement) => [placement.alias, bindingOf(placement)])),
    store: {},
  };
  const materialized: Materialized = {
    version: desired.version,
    state: problems.length === 0 ? "reconciled" : "pending",
    problems,
    at: now,
    bindings,
  };
  const before = record.materialized;
  if (before !== undefined && sameJson({ ...before, at: "" }, { ...materialized, at: "" })) {
    return record;
  }
  return { ...record, materialized, retired: retire(record, now) };
}

function bindingOf({ name, settings }: Placement): KvResourceBinding {
  const { history, ttlMs, maxValueBytes } = settings;
  const binding = { bucket: name, history, ttlMs };
  return maxValueBytes === 0 ? binding : { ...binding, maxValueBytes };
}

/** Aliases that were bound and are no longer desired: their buckets are kept and remembered. */
function retire(record: AuthorityRecord, now: string): readonly RetiredResource[] {
  const desired = record.desired?.needs.resources.kv ?? {};
  const gone = Object.entries(record.materialized?.bindings.kv ?? {})
    .filter(([alias]) => !Object.hasOwn(desired, alias))
    .map(([alias, { bucket }]) => ({ kind: "kv" as const, alias, name: bucket, at: now }));
  const kept = record.retired.filter(({ alias }) => !Object.hasOwn(desired, alias));
  const known = new Set(kept.map(({ name }) => name));
  return [...kept, ...gone.filter(({ name }) => !known.has(name))];
}

function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
