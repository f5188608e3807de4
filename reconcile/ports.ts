/** What authority and reconciliation need of the world. `nats/` implements it. */
import type { Bindings } from "../contracts/bindings.ts";
import type { Result } from "../contracts/result.ts";
import type { AuthorityError } from "./authority_error.ts";
import type { BucketSettings, BucketState } from "./bucket.ts";
import type { Impact, ImpactQuestion } from "./impact.ts";
import type { Owner } from "./physical_name.ts";
import type { AuthorityRecord, Plan } from "./record.ts";

/** A record and the revision it was read at. */
export interface Stored<T> {
  readonly value: T;
  /** Opaque; undefined for a record that does not exist yet. */
  readonly revision: number | undefined;
}

/** Keeps the records of authority. */
export interface AuthorityStore {
  /** The record of a deployment, or undefined; never from a stale replica. */
  load(deployment: string): Promise<Result<Stored<AuthorityRecord> | undefined, AuthorityError>>;
  /** Every record. */
  loadAll(): Promise<Result<readonly Stored<AuthorityRecord>[], AuthorityError>>;
  /**
   * Writes a record if it still has the revision it was read at; `false` means that somebody else
   * was faster. A write whose outcome is unknown is resolved by reading before this answers.
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
  loadPlans(deployment: string): Promise<Result<readonly Plan[], AuthorityError>>;
  /** Publishes bindings to the services of a deployment, unless newer ones are there already. */
  saveBindings(bindings: Bindings): Promise<Result<void, AuthorityError>>;
  /** Calls back with a deployment's name whenever its record changes, until aborted. */
  watch(changed: (deployment: string) => void, signal: AbortSignal): Promise<void>;
}

/** What could not be done to a bucket. */
export interface BucketFailure {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly retryable: boolean;
}

/** Reads and changes buckets. Only the reconciler calls it. */
export interface BucketWorld {
  /** A bucket as it is, or undefined. */
  read(name: string): Promise<Result<BucketState | undefined, BucketFailure>>;
  /** Makes a bucket; succeeds when it is there already with these settings and owner. */
  create(
    name: string,
    owner: Owner,
    settings: BucketSettings,
  ): Promise<Result<void, BucketFailure>>;
  /** Changes the settings of a bucket. */
  update(
    name: string,
    owner: Owner,
    settings: BucketSettings,
  ): Promise<Result<void, BucketFailure>>;
}

/** Reads what is in buckets, to tell what a change would cost. Changes nothing. */
export interface BucketScanner {
  /**
   * Answers all questions about a bucket in one pass; the impacts stand at the places of the
   * questions. A bucket that is not there has no impact.
   */
  scan(
    bucket: string,
    questions: readonly ImpactQuestion[],
    options?: ScanOptions,
  ): Promise<Result<readonly Impact[], BucketFailure>>;
}

/** How a bucket is scanned. */
export interface ScanOptions {
  /** Milliseconds after which the scan ends with what it has found; 10000 unless given. */
  readonly timeLimitMs?: number;
  /** Told now and then how many of how many revisions were looked at. */
  readonly progress?: (scanned: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** Clock and identifiers, passed in so that decisions stay pure. */
export interface Sources {
  /** ISO date-time. */
  now(): string;
  /** A new ULID. */
  id(): string;
}
