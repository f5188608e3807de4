import type { Result } from "../../contracts/result.ts";
import type { Impact, ImpactQuestion } from "../changes/impact.ts";
import type { BucketFailure } from "../resources/buckets.ts";

/** Reads what is in buckets, to find out what a change would cost. Changes nothing. */
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
  /** The same of a store, whose objects take the place of values. */
  scanStore(
    store: string,
    questions: readonly ImpactQuestion[],
    options?: ScanOptions,
  ): Promise<Result<readonly Impact[], BucketFailure>>;
}

/** How a bucket is scanned. */
export interface ScanOptions {
  /** Milliseconds after which the scan ends with what it has found; 10000 unless given. */
  readonly timeLimitMs?: number;
  /** Called now and then with how many of how many revisions were looked at. */
  readonly progress?: (scanned: number, total: number) => void;
  readonly signal?: AbortSignal;
}
