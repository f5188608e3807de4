import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { AuthorityError } from "../records/authority_error.ts";
import {
  type AuthorityPorts,
  existingPlan,
  existingRecord,
  IN_FLIGHT,
  keptStreams,
  ownedStreams,
  withArchive,
  withEnoughHistory,
} from "./authority_ports.ts";
import type { DecisionRequest } from "../decisions/decide.ts";
import { type Decided, decidePlan } from "./decide_plan.ts";
import { inParallel } from "./in_parallel.ts";
import { measurePlan } from "../impact/measure_plan.ts";
import {
  changedPolicy,
  changePolicy,
  loweredStreams,
  type PolicyChanges,
} from "./change_policy.ts";
import { explainUnled } from "./explain_unled.ts";
import type { KeptStream } from "../resources/kept_streams.ts";
import type { ResourcePolicy } from "../resources/policy.ts";
import { layoutOf, policyOf, type StreamLayout } from "../resources/stream_layout.ts";
import type { AuthorityLedger, RecordProblem } from "../records/record_store.ts";
import type { Buckets } from "../resources/buckets.ts";
import type { OwnedStream } from "../resources/owned_streams.ts";
import type { ScanOptions } from "../impact/bucket_scanner.ts";
import type { Presentation, Presented, PresentOptions } from "./presentation.ts";
import { presentAll } from "./present_contracts.ts";
import { withChanges } from "../decisions/propose.ts";
import {
  reconcileDeployment,
  type ReconcileOptions,
  type ReconcileOutcome,
} from "../reconciler/reconcile_deployment.ts";
import {
  type AuthorityRecord,
  type Plan,
  type PlanState,
  planState,
} from "../records/authority_record.ts";
import {
  requestDeletion,
  type Requested,
  type RequestOptions,
  requestRollback,
} from "./request_plan.ts";
import { rebuildProjection } from "./rebuild_projection.ts";
import { decisionChain } from "../records/history_chain.ts";
import { type StateDeclaration, stateDeclaration } from "./state_declaration.ts";
import type { Trust } from "../records/trusted_keys.ts";
import { verifyEvidence, type VerifyReport } from "../verify/verify_evidence.ts";

export type { Presentation, Presented, PresentOptions } from "./presentation.ts";

/** A plan with its state. */
export interface PlanView {
  readonly plan: Plan;
  readonly state: PlanState;
}

/** Every deployment that can be read, and what is wrong with the others. */
export interface AuthorityOverview {
  /** By name. */
  readonly records: readonly AuthorityRecord[];
  readonly problems: readonly RecordProblem[];
}

/** Presents contracts, decides plans and reconciles deployments, on records that change by CAS. */
export class Authority {
  readonly #ports: AuthorityPorts;

  /** @param ports the records, the buckets, clock and ids */
  constructor(ports: AuthorityPorts) {
    this.#ports = ports;
  }

  /** The records behind it, to watch them. */
  get store(): AuthorityLedger {
    return this.#ports.store;
  }

  /** The buckets behind it, to look at them; only the reconciler changes them. */
  get buckets(): Pick<Buckets, "read"> {
    return this.#ports.buckets;
  }

  /** Presents contracts; the result of each stands at its place. One read of the records for all. */
  present(
    presentations: readonly Presentation[],
    options: PresentOptions,
  ): Promise<readonly Result<Presented, AuthorityError>[]> {
    return presentAll(this.#ports, presentations, options);
  }

  /** Decides a plan. That schedules a reconcile, which the process that watches the records does. */
  decide(
    deployment: string,
    planId: string,
    request: Omit<DecisionRequest, "now" | "signer">,
  ): Promise<Result<Decided, AuthorityError>> {
    return decidePlan(this.#ports, deployment, planId, request);
  }

  /** Asks for going back to what was accepted as a version; a plan waits for a decision then. */
  rollback(
    deployment: string,
    version: number,
    options: RequestOptions,
  ): Promise<Result<Requested, AuthorityError>> {
    return requestRollback(this.#ports, deployment, version, options);
  }

  /** Asks for deleting the data of a retired resource, as `kv/orders`; a plan waits then. */
  deleteData(
    deployment: string,
    resource: string,
    options: RequestOptions,
  ): Promise<Result<Requested, AuthorityError>> {
    return requestDeletion(this.#ports, deployment, resource, options);
  }

  /** Has a projection made again beside the bucket that is read; answers which generation of it. */
  rebuildProjection(deployment: string, alias: string): Promise<Result<number, AuthorityError>> {
    return rebuildProjection(this.#ports, deployment, alias);
  }

  /** Makes NATS what the deployment's desired state says. */
  async reconcile(
    deployment: string,
    options: Omit<ReconcileOptions, "policy" | "work"> = {},
  ): Promise<Result<ReconcileOutcome, AuthorityError>> {
    const { store, buckets, sources, work } = this.#ports;
    const policy = (await this.policy()).take();
    if (isErr(policy)) return policy;
    const layout = (await this.#layoutUnder(policy, deployment)).take();
    if (isErr(layout)) return layout;
    const run = { ...options, policy, work: work?.under(layout) };
    const done = await reconcileDeployment(
      deployment,
      store,
      buckets.under(layout),
      sources,
      run,
    );
    if (done.isOk() || done.error.code !== "unavailable") return done;
    const kept = (await this.kept()).take();
    return isErr(kept) ? done : err(explainUnled(done.error, kept));
  }

  /** How the streams of a deployment are to be kept; without a name those of Trellis itself. */
  async layout(deployment?: string): Promise<Result<StreamLayout, AuthorityError>> {
    const policies = (await this.policy()).take();
    return isErr(policies) ? policies : await this.#layoutUnder(policies, deployment);
  }

  async #layoutUnder(
    policies: ResourcePolicy,
    deployment: string | undefined,
  ): Promise<Result<StreamLayout, AuthorityError>> {
    const policy = policyOf(policies, deployment);
    const { autoReplicas } = this.#ports;
    const auto = policy.replicas === "auto" ? (await autoReplicas?.() ?? ok(1)).take() : 1;
    return isErr(auto) ? auto : ok(layoutOf(policy, auto));
  }

  /** What contracts may ask for at most, on this platform. */
  async policy(): Promise<Result<ResourcePolicy, AuthorityError>> {
    const { store, policy } = this.#ports;
    if (policy !== undefined) return ok(policy);
    return (await store.loadPolicy()).map((stored) => stored?.value ?? {});
  }

  /** The streams of a cluster, and the servers that keep them; none on a single server. */
  kept(): Promise<Result<readonly KeptStream[], AuthorityError>> {
    return keptStreams(this.#ports);
  }

  /** The streams that would have fewer replicas if the policy was changed so. */
  async loweredBy(changes: PolicyChanges): Promise<Result<readonly KeptStream[], AuthorityError>> {
    const policy = (await this.policy()).take();
    if (isErr(policy)) return policy;
    const next = changedPolicy(policy, changes);
    return (await this.kept()).map((streams) => loweredStreams(streams, next));
  }

  /** Why the servers keep no streams as the policy would say then; undefined where they do. */
  async whyNotKept(changes: PolicyChanges): Promise<Result<string | undefined, AuthorityError>> {
    const policy = (await this.policy()).take();
    if (isErr(policy)) return policy;
    const next = changedPolicy(policy, changes);
    const layout = (await this.#layoutUnder(next, changes.layout?.deployment)).take();
    if (isErr(layout)) return layout;
    return await this.#ports.whyNotKept?.(layout) ?? ok(undefined);
  }

  /**
   * Changes the platform's policy; what is not named stays. Deployments follow when reconciled. Whoever lets
   * streams have fewer replicas has seen {@link loweredBy} before.
   */
  setPolicy(changes: PolicyChanges): Promise<Result<ResourcePolicy, AuthorityError>> {
    return changePolicy(this.store, changes);
  }

  /** The record of a deployment. */
  async show(deployment: string): Promise<Result<AuthorityRecord, AuthorityError>> {
    return (await existingRecord(this.#ports, deployment)).map(({ value }) => value);
  }

  /** What a contract declares of state at a digest; undefined when that may not run. */
  stateDeclaration(
    record: AuthorityRecord,
    digest: string,
  ): Promise<Result<StateDeclaration | undefined, AuthorityError>> {
    return stateDeclaration(this.#ports, record, digest);
  }

  /** The record of a deployment with its whole history. */
  async history(deployment: string): Promise<Result<AuthorityRecord, AuthorityError>> {
    const stored = await existingRecord(this.#ports, deployment);
    return stored.isErr() ? err(stored.error) : await withArchive(this.#ports, stored.value.value);
  }

  /** Every deployment's record that can be read, by name; {@link overview} names the others. */
  async list(): Promise<Result<readonly AuthorityRecord[], AuthorityError>> {
    return (await this.overview()).map(({ records }) => records);
  }

  /** Every deployment's record, and what is wrong with those that cannot be read. */
  async overview(): Promise<Result<AuthorityOverview, AuthorityError>> {
    const all = await this.store.loadAll();
    return all.map(({ found, problems }) => ({
      records: found.map(({ value }) => value).sort(byDeployment),
      problems: [...problems].sort(byDeployment),
    }));
  }

  /** One plan and its state. */
  async plan(deployment: string, id: string): Promise<Result<PlanView, AuthorityError>> {
    const stored = await existingRecord(this.#ports, deployment);
    if (stored.isErr()) return err(stored.error);
    const plan = await existingPlan(this.#ports, deployment, id);
    if (plan.isErr()) return err(plan.error);
    const known = await withEnoughHistory(this.#ports, stored.value.value, id);
    return known.map((record) => ({ plan: plan.value, state: planState(record, id) }));
  }

  /** One plan and its state, with what it means for the data that is there now; stores nothing. */
  async measure(
    deployment: string,
    id: string,
    scan: ScanOptions = {},
  ): Promise<Result<PlanView & { readonly problems: readonly string[] }, AuthorityError>> {
    const view = await this.plan(deployment, id);
    if (view.isErr()) return err(view.error);
    const record = await this.show(deployment);
    if (record.isErr()) return err(record.error);
    const { plan, state } = view.value;
    const measured = await measurePlan(plan, record.value, this.#ports, scan);
    // What was dangerous when it was planned stays a migration.
    const { kind } = plan;
    return ok({
      plan: { ...withChanges(plan, measured.changes), kind },
      state,
      problems: measured.problems,
    });
  }

  /** The plans of a deployment, oldest first, optionally of one state. */
  async plans(
    deployment: string,
    state?: PlanState,
  ): Promise<Result<readonly PlanView[], AuthorityError>> {
    return (await this.readPlans(deployment, state)).map(({ plans }) => plans);
  }

  /** The plans of a deployment, oldest first, and what is wrong with those that cannot be read. */
  async readPlans(
    deployment: string,
    state?: PlanState,
  ): Promise<
    Result<
      { readonly plans: readonly PlanView[]; readonly problems: readonly RecordProblem[] },
      AuthorityError
    >
  > {
    const whole = await this.history(deployment);
    if (whole.isErr()) return err(whole.error);
    const plans = await this.store.loadPlans(deployment);
    return plans.map(({ found, problems }) => ({
      plans: found.map((plan) => ({ plan, state: planState(whole.value, plan.id) }))
        .filter((view) => state === undefined || view.state === state),
      problems,
    }));
  }

  /** Checks everything that is stored of a deployment against its history. */
  async verify(
    deployment: string,
    trust: Trust = {},
  ): Promise<Result<VerifyReport, AuthorityError>> {
    const owned = (await ownedStreams(this.#ports)).take();
    if (isErr(owned)) return owned;
    return await this.#verify(deployment, owned, trust);
  }

  /** Checks every deployment of which anything is stored, or of which a stream says that it is. */
  async verifyAll(
    trust: Trust = {},
    progress?: (done: number, total: number) => void,
  ): Promise<Result<readonly VerifyReport[], AuthorityError>> {
    const stored = (await this.store.deployments()).take();
    if (isErr(stored)) return stored;
    const owned = (await ownedStreams(this.#ports)).take();
    if (isErr(owned)) return owned;
    const names = [...new Set([...stored, ...owned.map(({ deployment }) => deployment)])].sort();
    let done = 0;
    const reports = await inParallel(names, IN_FLIGHT, async (name) => {
      const report = await this.#verify(name, owned, trust);
      progress?.(++done, names.length);
      return report;
    });
    const failed = reports.find((report) => report.isErr());
    return failed?.isErr() ? err(failed.error) : ok(reports.map((report) => report.orThrow()));
  }

  async #verify(
    deployment: string,
    all: readonly OwnedStream[],
    { trusted, heads = {} }: Trust,
  ): Promise<Result<VerifyReport, AuthorityError>> {
    const evidence = await this.store.evidence(deployment);
    if (evidence.isErr()) return err(evidence.error);
    const owned = all.filter((stream) => stream.deployment === deployment);
    const { record, plans, archive } = evidence.value;
    if (record === undefined && plans.size + archive.size + owned.length === 0) {
      const missing = await existingRecord(this.#ports, deployment);
      if (missing.isErr()) return err(missing.error);
    }
    const unsignedThrough = heads[decisionChain(deployment)];
    return ok(verifyEvidence(evidence.value, { trusted, unsignedThrough, owned }));
  }
}

function byDeployment(a: { deployment: string }, b: { deployment: string }): number {
  return a.deployment < b.deployment ? -1 : a.deployment > b.deployment ? 1 : 0;
}
