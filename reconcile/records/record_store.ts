/** Where the records of authority are kept; `nats/` implements it. */
import type { Bindings } from "../../contracts/stored/bindings.ts";
import type { Result } from "../../contracts/result.ts";
import type { AuthorityError } from "./authority_error.ts";
import type { WorkPositions } from "./work_positions.ts";
import type { ResourcePolicy } from "../resources/policy.ts";
import type { AuthorityRecord, Decision, Plan, SurfaceClaim } from "./authority_record.ts";

/** A record and the revision it was read at. */
export interface Stored<T> {
  readonly value: T;
  /** Opaque; undefined for a record that does not exist yet. */
  readonly revision: number | undefined;
}

/** What can be read of many, each on its own: what is wrong with one does not hide the others. */
export interface ReadAll<T> {
  readonly found: readonly T[];
  readonly problems: readonly RecordProblem[];
}

/** A record or plan that cannot be read. */
export interface RecordProblem {
  readonly deployment: string;
  readonly error: AuthorityError;
}

/** Keeps the records of authority. */
export interface AuthorityStore {
  /** The record of a deployment, or undefined; never from a stale replica. */
  load(deployment: string): Promise<Result<Stored<AuthorityRecord> | undefined, AuthorityError>>;
  /** Every record; of many deployments they take hundreds of megabytes. */
  loadAll(): Promise<Result<ReadAll<Stored<AuthorityRecord>>, AuthorityError>>;
  /**
   * Writes a record if it still has the revision it was read at; `false` means that another
   * process was faster. A write whose outcome is unknown is resolved by reading before this answers. Older
   * decisions of a long history are moved out of the record first.
   */
  save(
    record: AuthorityRecord,
    revision: number | undefined,
  ): Promise<Result<boolean, AuthorityError>>;
  /** Writes a plan; plans never change. */
  savePlan(plan: Plan): Promise<Result<void, AuthorityError>>;
  /** A plan of a deployment, or undefined. */
  loadPlan(deployment: string, id: string): Promise<Result<Plan | undefined, AuthorityError>>;
  /** All plans of a deployment, oldest first. */
  loadPlans(deployment: string): Promise<Result<ReadAll<Plan>, AuthorityError>>;
  /** Publishes bindings to the services of a deployment, unless newer ones are there already. */
  saveBindings(bindings: Bindings): Promise<Result<void, AuthorityError>>;
  /** Where the consumers of a deployment stood when a reconcile looked last. */
  loadPositions(deployment: string): Promise<Result<WorkPositions | undefined, AuthorityError>>;
  /** Keeps where they stand; the last writer wins, since an older place only means doing something again. */
  savePositions(positions: WorkPositions): Promise<Result<void, AuthorityError>>;
  /** Calls back with a deployment's name whenever its record changes, until aborted. */
  watch(changed: (deployment: string) => void, signal: AbortSignal): Promise<void>;
}

/** Keeps what only those who plan, decide and verify need, beside the records. */
export interface AuthorityLedger extends AuthorityStore {
  /** Every record, one after the other, and none is kept; answers what is wrong with those that cannot be read. */
  visitAll(
    visit: (stored: Stored<AuthorityRecord>) => void,
  ): Promise<Result<readonly RecordProblem[], AuthorityError>>;
  /** Takes back a plan that never became pending, because another process was faster. */
  dropPlan(plan: Plan): Promise<Result<void, AuthorityError>>;
  /** The decisions that were moved out of a deployment's record, oldest first. */
  loadArchive(
    record: Pick<AuthorityRecord, "deployment" | "archived">,
  ): Promise<Result<readonly Decision[], AuthorityError>>;
  /**
   * Writes a claim if its key still has the revision; undefined: if there is no claim. Answers the
   * claim that is there when another process was faster, and nothing when it is written.
   */
  claimSurface(
    claim: SurfaceClaim,
    revision: number | undefined,
  ): Promise<Result<Stored<SurfaceClaim> | undefined, AuthorityError>>;
  /** The platform's policy, or undefined when none was ever set. */
  loadPolicy(): Promise<Result<Stored<ResourcePolicy> | undefined, AuthorityError>>;
  /** Writes the policy if it still has the revision; false when another process was faster. */
  savePolicy(
    policy: ResourcePolicy,
    revision: number | undefined,
  ): Promise<Result<boolean, AuthorityError>>;
  /** Names of all deployments of which anything is stored. */
  deployments(): Promise<Result<readonly string[], AuthorityError>>;
  /** Everything that is stored of a deployment, as it is, to be verified. */
  evidence(deployment: string): Promise<Result<Evidence, AuthorityError>>;
}

/** What is stored of a deployment, byte for byte, at one moment. */
export interface Evidence {
  readonly deployment: string;
  /** Undefined when there is no record. */
  readonly record: string | undefined;
  /** By id. */
  readonly plans: ReadonlyMap<string, string>;
  /** Decisions outside the record, by their place in the history. */
  readonly archive: ReadonlyMap<number, string>;
  readonly bindings: string | undefined;
}
