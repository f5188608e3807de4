import type { Result } from "../../contracts/result.ts";
import type { BucketSettings } from "./settings.ts";
import type { BucketState } from "./bucket.ts";
import type { ResourceKind } from "./kinds.ts";
import type { Owner } from "./owner.ts";
import type { StreamLayout } from "./stream_layout.ts";

/** What could not be done to a bucket. */
export interface BucketFailure {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly retryable: boolean;
}

/** The bucket that a decision was made about; another in its place is left alone. */
export type ExpectedState = Pick<BucketState, "created" | "owner">;

/** Reads and changes KV buckets and stores: the owner's kind says which. Only the reconciler calls it. */
export interface Buckets {
  /** The same, where new streams are kept so, and others that are not have deviations. */
  under(layout: StreamLayout): Buckets;
  /** A bucket as it is, or what there is of it; undefined when there is nothing. */
  read(
    name: string,
    kind: ResourceKind,
  ): Promise<Result<BucketState | undefined, BucketFailure>>;
  /**
   * Makes a bucket, or what is missing of it; succeeds when it is there already with these settings and
   * owner.
   */
  create(
    name: string,
    owner: Owner,
    settings: BucketSettings,
  ): Promise<Result<void, BucketFailure>>;
  /**
   * Changes owner and settings of a bucket, and puts right what all buckets have in common; makes what
   * is missing of it.
   */
  update(
    name: string,
    owner: Owner,
    settings: BucketSettings,
    expected: ExpectedState,
  ): Promise<Result<void, BucketFailure>>;
  /** Deletes a bucket with its data; succeeds when it is gone already. */
  delete(
    name: string,
    kind: ResourceKind,
    expected: ExpectedState,
  ): Promise<Result<void, BucketFailure>>;
}
