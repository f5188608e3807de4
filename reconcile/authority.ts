import type { ContractManifest } from "../contracts/manifest.ts";
import { contractName } from "../contracts/names.ts";
import { err, ok, type Result } from "../contracts/result.ts";
import { AuthorityError } from "./authority_error.ts";
import { decide, type DecisionRequest } from "./decide.ts";
import { needsOf } from "./needs.ts";
import type { AuthorityStore, BucketWorld, Sources, Stored } from "./ports.ts";
import { propose, refuseTakenSurface } from "./propose.ts";
import { reconcileDeployment, type ReconcileOutcome } from "./reconciler.ts";
import {
  type AuthorityMode,
  type AuthorityRecord,
  type Plan,
  type PlanState,
  planState,
} from "./record.ts";

/** A contract that asks for its place in a deployment. */
export interface Presentation {
  readonly manifest: ContractManifest;
  readonly digest: string;
  /** The contract's name without its version when left out. */
  readonly deployment?: string;
}

/** What presenting a contract led to. */
export interface Presented {
  readonly deployment: string;
  /** `accepted`: a safe plan that the process accepted by itself. */
  readonly kind: "unchanged" | "pending" | "accepted";
  readonly record: AuthorityRecord;
  /** The plan that was made, or that is pending already. */
  readonly plan?: Plan;
}

/** A plan with its state. */
export interface PlanView {
  readonly plan: Plan;
  readonly state: PlanState;
}

const ATTEMPTS = 8;

/** Presents contracts, decides plans and reconciles deployments, on records that change by CAS. */
export class Authority {
  readonly #store: AuthorityStore;
  readonly #world: BucketWorld;
  readonly #sources: Sources;

  /** @param ports the records, the buckets, and clock and ids */
  constructor(ports: { store: AuthorityStore; world: BucketWorld; sources: Sources }) {
    this.#store = ports.store;
    this.#world = ports.world;
    this.#sources = ports.sources;
  }

  /** The records behind it, to watch them. */
  get store(): AuthorityStore {
    return this.#store;
  }

  /** Presents contracts; the result of each stands at its place. One read of the records for all. */
  async present(
    presentations: readonly Presentation[],
    options: { mode: AuthorityMode; by: string },
  ): Promise<readonly Result<Presented, AuthorityError>[]> {
    const all = await this.#store.loadAll();
    if (all.isErr()) return presentations.map(() => err(all.error));
    const records = new Map(all.value.map((stored) => [stored.value.deployment, stored]));
    const taken = takenSurfaces(all.value.map(({ value }) => value));
    const results: Result<Presented, AuthorityError>[] = [];
    const claimed = new Set<string>();
    for (const presentation of presentations) {
      const deployment = presentation.deployment ?? contractName(presentation.manifest.id);
      if (claimed.has(deployment)) {
        results.push(err(twoContracts(deployment, presentation.manifest.id)));
        continue;
      }
      claimed.add(deployment);
      const result = await this.#presentOne(presentation, deployment, options, taken, records);
      if (result.isOk()) addSurfaces(taken, result.value.record, result.value.plan);
      results.push(result);
    }
    return results;
  }

  async #presentOne(
    presentation: Presentation,
    deployment: string,
    options: { mode: AuthorityMode; by: string },
    taken: Map<string, string>,
    records: ReadonlyMap<string, Stored<AuthorityRecord>>,
  ): Promise<Result<Presented, AuthorityError>> {
    const needs = needsOf(presentation.manifest, presentation.digest);
    let stored = records.get(deployment);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const proposal = propose(stored?.value, needs, {
        deployment,
        ...options,
        planId: this.#sources.id(),
        now: this.#sources.now(),
        taken,
      });
      if (proposal.isErr()) return err(proposal.error);
      let { record } = proposal.value;
      const kind = proposal.value.kind;
      let plan: Plan | undefined;
      if (kind === "planned") {
        plan = proposal.value.plan;
        const written = await this.#store.savePlan(plan);
        if (written.isErr()) return err(written.error);
      } else if (kind === "coalesced" && record.pending !== undefined) {
        const pending = await this.#store.loadPlan(deployment, record.pending.planId);
        if (pending.isErr()) return err(pending.error);
        plan = pending.value;
      }
      const accepts = plan?.kind === "update" && options.mode === "dev";
      if (plan !== undefined && accepts) {
        const accepted = decide(record, plan, {
          verb: "accept-update",
          by: options.by,
          now: this.#sources.now(),
          reason: "every change is safe",
        });
        if (accepted.isErr()) return err(accepted.error);
        record = accepted.value;
      }
      const outcome = accepts ? "accepted" : kind === "unchanged" ? "unchanged" : "pending";
      const presented: Presented = plan === undefined
        ? { deployment, kind: outcome, record }
        : { deployment, kind: outcome, record, plan };
      if (stored !== undefined && JSON.stringify(stored.value) === JSON.stringify(record)) {
        return ok(presented);
      }
      const saved = await this.#store.save(record, stored?.revision);
      if (saved.isErr()) return err(saved.error);
      if (saved.value) return ok(presented);
      const again = await this.#store.load(deployment);
      if (again.isErr()) return err(again.error);
      stored = again.value;
    }
    return err(tooManyConflicts(deployment));
  }

  /** Decides a plan. Reconciling is scheduled by it, and done by whoever watches or is asked. */
  async decide(
    deployment: string,
    planId: string,
    request: Omit<DecisionRequest, "now">,
  ): Promise<Result<{ record: AuthorityRecord; plan: Plan }, AuthorityError>> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const stored = await this.#existing(deployment);
      if (stored.isErr()) return err(stored.error);
      const plan = await this.#existingPlan(deployment, planId);
      if (plan.isErr()) return err(plan.error);
      const { value: record, revision } = stored.value;
      if (request.verb !== "reject") {
        const free = await this.#surfacesFree(plan.value);
        if (free.isErr()) return err(free.error);
      }
      const decided = decide(record, plan.value, { ...request, now: this.#sources.now() });
      if (decided.isErr()) return err(decided.error);
      const saved = await this.#store.save(decided.value, revision);
      if (saved.isErr()) return err(saved.error);
      if (saved.value) return ok({ record: decided.value, plan: plan.value });
    }
    return err(tooManyConflicts(deployment));
  }

  /** A surface may have been accepted for another deployment since the plan was made. */
  async #surfacesFree({ needs, deployment }: Plan): Promise<Result<void, AuthorityError>> {
    if (Object.keys(needs.surfaces).length === 0) return ok();
    const all = await this.#store.loadAll();
    if (all.isErr()) return err(all.error);
    const taken = takenSurfaces(all.value.map(({ value }) => value));
    const refusal = refuseTakenSurface(needs, deployment, taken);
    return refusal === undefined ? ok() : err(refusal);
  }

  /** Makes NATS what the deployment's desired state says. */
  reconcile(deployment: string): Promise<Result<ReconcileOutcome, AuthorityError>> {
    return reconcileDeployment(deployment, this.#store, this.#world, this.#sources);
  }

  /** The record of a deployment. */
  async show(deployment: string): Promise<Result<AuthorityRecord, AuthorityError>> {
    return (await this.#existing(deployment)).map(({ value }) => value);
  }

  /** Every deployment's record, by name. */
  async list(): Promise<Result<readonly AuthorityRecord[], AuthorityError>> {
    const all = await this.#store.loadAll();
    return all.map((records) =>
      records.map(({ value }) => value)
        .sort((a, b) => a.deployment < b.deployment ? -1 : a.deployment > b.deployment ? 1 : 0)
    );
  }

  /** One plan and its state. */
  async plan(deployment: string, id: string): Promise<Result<PlanView, AuthorityError>> {
    const stored = await this.#existing(deployment);
    if (stored.isErr()) return err(stored.error);
    const plan = await this.#existingPlan(deployment, id);
    return plan.map((found) => ({ plan: found, state: planState(stored.value.value, found.id) }));
  }

  /** The plans of a deployment, oldest first, optionally of one state. */
  async plans(
    deployment: string,
    state?: PlanState,
  ): Promise<Result<readonly PlanView[], AuthorityError>> {
    const stored = await this.#existing(deployment);
    if (stored.isErr()) return err(stored.error);
    const plans = await this.#store.loadPlans(deployment);
    return plans.map((found) =>
      found.map((plan) => ({ plan, state: planState(stored.value.value, plan.id) }))
        .filter((view) => state === undefined || view.state === state)
    );
  }

  async #existing(deployment: string): Promise<Result<Stored<AuthorityRecord>, AuthorityError>> {
    const stored = await this.#store.load(deployment);
    if (stored.isErr()) return err(stored.error);
    return stored.value === undefined ? err(unknownDeployment(deployment)) : ok(stored.value);
  }

  async #existingPlan(deployment: string, id: string): Promise<Result<Plan, AuthorityError>> {
    const plan = await this.#store.loadPlan(deployment, id);
    if (plan.isErr()) return err(plan.error);
    return plan.value === undefined
      ? err(
        new AuthorityError(
          "plan_not_found",
          `${deployment} has no plan ${id.slice(0, 60)}`,
          `see trellis svc ${deployment} authority plan list`,
        ),
      )
      : ok(plan.value);
  }
}

function takenSurfaces(records: readonly AuthorityRecord[]): Map<string, string> {
  const taken = new Map<string, string>();
  for (const record of records) addSurfaces(taken, record);
  return taken;
}

function addSurfaces(taken: Map<string, string>, record: AuthorityRecord, plan?: Plan): void {
  for (const needs of [record.desired?.needs, plan?.needs]) {
    for (const subject of Object.keys(needs?.surfaces ?? {})) {
      if (!taken.has(subject)) taken.set(subject, record.deployment);
    }
  }
}

function unknownDeployment(deployment: string): AuthorityError {
  return new AuthorityError(
    "deployment_not_found",
    `there is no deployment ${deployment.slice(0, 60)}`,
    "see trellis status for those that exist",
  );
}

function twoContracts(deployment: string, contract: string): AuthorityError {
  return new AuthorityError(
    "contract_mismatch",
    `${contract} asks for the deployment ${deployment}, which another contract has asked for`,
    "one deployment runs one contract: rename one of them",
  );
}

function tooManyConflicts(deployment: string): AuthorityError {
  return new AuthorityError(
    "too_many_conflicts",
    `the record of ${deployment} kept changing`,
    "try again",
  );
}
