import type { ApiFailure } from "../../nats/jetstream/api_answer.ts";
import { failureMeaning } from "../../nats/jetstream/failure_meaning.ts";
import { messageIn, type OperationContext } from "../../operation_context.ts";
import { KVError, type KVErrorReason } from "../kv_error.ts";

/** What went wrong, besides where. */
interface KvProblem {
  readonly reason: KVErrorReason;
  readonly what: string;
  readonly retryable?: boolean;
}

/** What a failure of JetStream means for a bucket. */
export function kvFailure(failure: ApiFailure, context: OperationContext): KVError {
  const { reason, what, retryable } = failureMeaning(failure);
  return kvError(
    { reason: reason === "missing" ? "bucket_missing" : reason, what, retryable },
    context,
  );
}

/** Whether the key could be read while its write was not acknowledged. */
export type Readable = "readable" | "unreadable";

/** A write of which it is not known whether it happened. */
export function unknownOutcome(
  context: OperationContext,
  retryable: boolean,
  readable: Readable,
): KVError {
  const what = readable === "readable"
    ? "the server answers reads, but it has not acknowledged the write; check that its disk is " +
      "not full, and read the key before going on"
    : "the acknowledgement was lost, and reading did not settle whether it happened; " +
      "read the key before going on";
  return kvError({ reason: "unknown_outcome", what, retryable }, context);
}

/** The bucket is not the one that the caller began with. */
export function bucketReplaced(context: OperationContext): KVError {
  const what = "the bucket was deleted and created again; begin again with what is in it now";
  return kvError({ reason: "bucket_missing", what }, context);
}

/** An error with the place in its message. */
export function kvError(
  { reason, what, retryable }: KvProblem,
  context: OperationContext,
): KVError {
  return new KVError({ reason, message: messageIn(context, what), key: context.key, retryable });
}
