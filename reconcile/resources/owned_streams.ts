import type { Result } from "../../contracts/result.ts";
import type { BucketFailure } from "./buckets.ts";
import type { Owner } from "./owner.ts";

/** A stream that says whose it is. */
export interface OwnedStream {
  readonly stream: string;
  readonly deployment: string;
  /** Undefined when it says no more than the deployment. */
  readonly owner?: Owner;
}

/** Lists what deployments have on the server, whatever the records say. Changes nothing. */
export interface OwnedStreams {
  /** Every stream that says whose it is, by name. */
  owned(): Promise<Result<readonly OwnedStream[], BucketFailure>>;
}
