import { err, ok, type Result } from "../../contracts/result.ts";
import type { Action, ReconcileAction } from "./action.ts";
import { type ActionPlan, planActions } from "./plan_actions.ts";
import { authorityCommand, AuthorityError } from "../records/authority_error.ts";
import type { BucketSettings } from "../resources/settings.ts";
import { conclude, placedBuckets } from "./conclude.ts";
import type { ByKey, Needs } from "../needs/need_types.ts";
import type { WorkConclusion } from "../consumers/conclude_work.ts";
import { reconcileWork } from "../consumers/reconcile_work.ts";
import type { WorkAction } from "../consumers/work_action.ts";
import type { WorkStreams } from "../resources/work_streams.ts";
import { candidateNames } from "./place_buckets.ts";
import type { ResourcePolicy } from "../resources/policy.ts";
import type { AuthorityStore, Stored } from "../records/record_store.ts";
import type { BucketFailure, Buckets } from "../resources/buckets.ts";
import type { Sources } from "../records/sources.ts";
import { readBuckets } from "./read_buckets.ts";
import type {
  AuthorityRecord,
  Desired,
  Materialized,
  ResourceProblem,
} from "../records/authority_record.ts";
import { byKind, resourceKey, resourceOf } from "../resources/kinds.ts";

/** What a reconcile did. */
export interface ReconcileOutcome {
  readonly record: AuthorityRecord;
  readonly materialized: Materialized | undefined;
  /** What was done, in order; nothing when all was well. */
  readonly actions: readonly ReconcileAction[];
}

/** How a reconcile runs. */
export interface ReconcileOptions {
  /** What contracts may ask for at most; no limits when left out. */
  readonly policy?: ResourcePolicy;
  /** Called with each action before it is done. */
  readonly acting?: (action: ReconcileAction) => void;
  /** What groups, projections and relays are made of; without it they stay as they are. */
  readonly work?: WorkStreams | undefined;
  /** Ends the reconcile between two actions. */
  readonly signal?: AbortSignal;
}

/** How often a record is tried again when another process wrote it meanwhile. */
const ATTEMPTS = 8;
/** Names that are looked at for an alias before it is said that all are taken. */
const MAX_DEPTH = 8;
/** Accepted versions without a reconcile that are looked at. */
const MAX_UNSEEN = 32;

/**
 * Makes the server's buckets what a deployment's desired state says: reads both, acts step by step, reads back,
 * and only then publishes the bindings. May be killed anywhere and run again; two may run at once.
 */
export async function reconcileDeployment(
  deployment: string,
  store: AuthorityStore,
  buckets: Buckets,
  sources: Sources,
  options: ReconcileOptions = {},
): Promise<Result<ReconcileOutcome, AuthorityError>> {
  const run = new Run(deployment, store, buckets, sources, options);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const outcome = await run.attempt();
    if (outcome.isErr()) return err(outcome.error);
    if (outcome.value !== "again") return ok(outcome.value);
  }
  return err(
    new AuthorityError(
      "too_many_conflicts",
      `the record or the buckets of ${deployment} kept changing while it was reconciled`,
      "try again",
      { command: authorityCommand(deployment, "reconcile") },
    ),
  );
}

class Run {
  readonly #deployment: string;
  readonly #store: AuthorityStore;
  readonly #buckets: Buckets;
  readonly #sources: Sources;
  readonly #options: ReconcileOptions;
  readonly #done: Action[] = [];
  readonly #workDone: WorkAction[] = [];
  /** By kind and name, as `kv/svc_orders_orders`. */
  readonly #written = new Map<string, BucketSettings[]>();

  constructor(
    deployment: string,
    store: AuthorityStore,
    buckets: Buckets,
    sources: Sources,
    options: ReconcileOptions,
  ) {
    this.#deployment = deployment;
    this.#store = store;
    this.#buckets = buckets;
    this.#sources = sources;
    this.#options = options;
  }

  /** Reads, decides and acts once; `again` when another process changed what it decided on. */
  async attempt(): Promise<Result<ReconcileOutcome | "again", AuthorityError>> {
    const loaded = await this.#load();
    if (loaded.isErr()) return err(loaded.error);
    const { value: record, revision } = loaded.value;
    if (record.desired === undefined) {
      return ok({ record, materialized: record.materialized, actions: [] });
    }
    const accepted = await this.#unseenNeeds(record, record.desired);
    if (accepted.isErr()) return err(accepted.error);
    const planned = await this.#plan(record, accepted.value);
    if (planned.isErr()) return err(planned.error);
    const { plan, names, before } = planned.value;
    const acted = await this.#act(plan, revision);
    if (acted.isErr()) return err(acted.error);
    if (acted.value === "again") return ok("again");
    const { failed, problems } = acted.value;
    if (plan.completes.some((resource) => !failed.has(resource))) return ok("again");
    const wrote = plan.actions.some(({ kind }) => kind !== "retire_bucket");
    const after = wrote ? await readBuckets(names, this.#buckets) : ok(before);
    if (after.isErr()) return err(after.error);
    const kv = placedBuckets(plan, after.value);
    const worked = await this.#work(record, revision, accepted.value, kv);
    if (worked.isErr()) return err(worked.error);
    if (worked.value === "again") return ok("again");
    const next = conclude(record, {
      plan,
      after: after.value,
      done: this.#done,
      problems,
      failed,
      work: worked.value,
      now: this.#sources.now(),
    });
    // Bindings first: a reader that sees the record reconciled then finds what it says. Also when
    // nothing changed: a reconcile of an older version, or another tool, may have written them since.
    const bindings = next.materialized?.bindings;
    if (bindings !== undefined) {
      const published = await this.#store.saveBindings(bindings);
      if (published.isErr()) return err(published.error);
    }
    const actions = [...this.#done, ...this.#workDone];
    const outcome = { record: next, materialized: next.materialized, actions };
    if (next === record) return ok(outcome);
    const saved = await this.#store.save(next, revision);
    if (saved.isErr()) return err(saved.error);
    return ok(saved.value && !plan.unfinished ? outcome : "again");
  }

  async #load(): Promise<Result<Stored<AuthorityRecord>, AuthorityError>> {
    const loaded = await this.#store.load(this.#deployment);
    if (loaded.isErr()) return err(loaded.error);
    if (loaded.value !== undefined) return ok(loaded.value);
    return err(
      new AuthorityError(
        "deployment_not_found",
        `there is no deployment ${this.#deployment}`,
        "those that exist are shown by",
        { command: ["status"] },
      ),
    );
  }

  /** What was accepted and not reconciled yet, oldest first, as the plans say. */
  async #unseenNeeds(
    record: AuthorityRecord,
    desired: Desired,
  ): Promise<Result<readonly Needs[], AuthorityError>> {
    const seen = record.materialized?.version ?? 0;
    const plans = record.history.filter(({ outcome, version }) =>
      outcome === "accepted" && version > seen && version < desired.version
    ).map(({ planId }) => planId);
    if (desired.version > seen) plans.push(desired.planId);
    const unseen: Needs[] = [];
    for (const planId of plans.slice(-MAX_UNSEEN)) {
      const plan = await this.#store.loadPlan(this.#deployment, planId);
      if (plan.isErr() && plan.error.retryable) return err(plan.error);
      // A plan that cannot be read only makes this more careful.
      const needs = plan.isOk() ? plan.value?.needs : undefined;
      if (needs !== undefined) unseen.push(needs);
      else if (planId === desired.planId) unseen.push(desired.needs);
    }
    return ok(unseen.length === 0 ? [desired.needs] : unseen);
  }

  async #plan(record: AuthorityRecord, accepted: readonly Needs[]) {
    const { policy = {} } = this.#options;
    for (let depth = 2;; depth += 2) {
      // What this run made for a version that was superseded meanwhile is looked at as well.
      const known = candidateNames(record, accepted, depth);
      const names = byKind((kind) => {
        const made = this.#done.filter(({ subject }) => subject.kind === kind);
        return [...new Set([...known[kind], ...made.map(({ subject }) => subject.name)])];
      });
      const before = await readBuckets(names, this.#buckets);
      if (before.isErr()) return err(before.error);
      const context = { policy, accepted, written: this.#written, depth };
      const plan = planActions(record, before.value, context);
      if (!plan.exhausted || depth >= MAX_DEPTH) return ok({ plan, names, before: before.value });
    }
  }

  /** Does what was planned; what one resource cannot have does not keep the others away. */
  async #act(
    plan: ActionPlan,
    revision: number | undefined,
  ): Promise<
    Result<"again" | { failed: Set<string>; problems: ResourceProblem[] }, AuthorityError>
  > {
    const failed = new Set<string>();
    const problems = [...plan.problems];
    for (const action of plan.actions) {
      if (this.#options.signal?.aborted) return err(stopped(this.#deployment));
      const resource = resourceOf(action.subject);
      if (action.kind === "create_bucket" && action.after && failed.has(action.after)) {
        problems.push(waits(resource, action.after));
        continue;
      }
      // What a new bucket costs when the decision is out of date is a bucket; all else may be data.
      if (action.kind !== "create_bucket" && action.kind !== "retire_bucket") {
        const now = await this.#load();
        if (now.isErr()) return err(now.error);
        if (now.value.revision !== revision) return ok("again");
      }
      this.#options.acting?.(action);
      const result = await this.#do(action);
      if (result.isOk()) {
        this.#done.push(action);
        continue;
      }
      const failure = result.error;
      if (failure.code === "bucket_changed") return ok("again");
      if (failure.code === "nats_unavailable") {
        // The rest would only wait for the same server; what is done is found again next time.
        return err(new AuthorityError("unavailable", failure.message, failure.hint));
      }
      failed.add(resource);
      problems.push({ resource, ...failure });
    }
    return ok({ failed, problems });
  }

  /** What groups, projections and relays need, which may be on buckets; undefined: nobody looks at it. */
  async #work(
    record: AuthorityRecord,
    revision: number | undefined,
    accepted: readonly Needs[],
    kv: ByKey<{ readonly bucket: string }>,
  ): Promise<Result<WorkConclusion | undefined | "again", AuthorityError>> {
    const { work: streams, acting } = this.#options;
    if (streams === undefined) return ok(undefined);
    const isCurrent = async () => {
      if (this.#options.signal?.aborted) return err(stopped(this.#deployment));
      return (await this.#load()).map((now) => now.revision === revision);
    };
    const store = this.#store;
    const done = this.#workDone;
    const now = new Date(this.#sources.now());
    return await reconcileWork({
      record,
      accepted,
      kv,
      streams,
      now,
      store,
      acting,
      isCurrent,
      done,
    });
  }

  async #do(action: Action): Promise<Result<void, BucketFailure>> {
    const { kind, name } = action.subject;
    if (action.kind === "retire_bucket") return ok();
    if (action.kind === "delete_bucket") {
      return await this.#buckets.delete(name, kind, action.expected);
    }
    const { owner, settings } = action;
    // Remembered before it is written: what was sent may have been done although no answer came.
    const place = resourceKey(kind, name);
    this.#written.set(place, [...this.#written.get(place) ?? [], settings]);
    return action.kind === "create_bucket"
      ? await this.#buckets.create(name, owner, settings)
      : await this.#buckets.update(name, owner, settings, action.expected);
  }
}

function waits(resource: string, on: string): ResourceProblem {
  return {
    resource,
    code: "waits_for_rename",
    message: `the bucket of this name still has to go over to ${on}`,
    hint: `see what keeps ${on} from it; the next reconcile tries again`,
    retryable: true,
  };
}

function stopped(deployment: string): AuthorityError {
  return new AuthorityError(
    "unavailable",
    `the reconcile of ${deployment} was stopped`,
    "the next one goes on where it stopped",
  );
}
