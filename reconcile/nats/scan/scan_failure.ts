/** Why a scan has no answer, in words. */
import type { BucketFailure } from "../../resources/buckets.ts";
import { bucketFailure } from "../buckets/jetstream_failure.ts";

/** Somebody ended it. */
export function aborted(what: string): BucketFailure {
  return {
    code: "aborted",
    message: `the scan of the ${what} was aborted`,
    hint: "nothing was changed; scan again to see the impact",
    retryable: true,
  };
}

/** It was broken off. */
export function interrupted(message: string): BucketFailure {
  const hint = "nothing was changed; scan again to see the impact";
  return { code: "scan_interrupted", message, hint, retryable: true };
}

/** The server failed. */
export function scanFailure(cause: unknown, what: string): BucketFailure {
  const failure = bucketFailure(cause, `scan the ${what}`);
  if (failure.code !== "nats_unavailable") return failure;
  return { ...failure, hint: `${failure.hint}. Scan again to see the impact` };
}
