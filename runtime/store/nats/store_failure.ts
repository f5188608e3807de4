import type { KVError } from "../../kv/kv_error.ts";
import type { ApiFailure } from "../../nats/jetstream/api_answer.ts";
import { failureMeaning } from "../../nats/jetstream/failure_meaning.ts";
import type { OperationContext } from "../../operation_context.ts";
import type { StoreError } from "../store_error.ts";
import { storeError, type StoreProblem } from "../store_problem.ts";

const MISSING: StoreProblem = {
  reason: "store_missing",
  what: "the store does not exist; have it accepted and reconciled",
};

/** What a store says in words of its own. */
const WORDS: Readonly<Record<string, StoreProblem>> = {
  missing: MISSING,
  bucket_missing: MISSING,
  too_large: {
    reason: "too_large",
    what: "its description exceeds what the server takes in one message; use less metadata",
  },
  full: {
    reason: "full",
    what:
      "there is no room left; raise maxTotalBytes or the account's storage, or delete objects. " +
      "What is replaced or deleted makes room when it is not being read any more",
  },
  unknown_outcome: {
    reason: "unknown_outcome",
    what: "the acknowledgement was lost, and reading did not settle whether it happened; " +
      "get the key before going on",
  },
};

/** What a failure of JetStream means for a store. */
export function storeFailure(failure: ApiFailure, context: OperationContext): StoreError {
  const { reason, what, retryable } = failureMeaning(failure);
  const problem = WORDS[reason] ?? (reason === "missing" ? MISSING : { reason, what });
  return storeError({ ...problem, retryable }, context);
}

/** An error of the index as one of the store's; its own words are kept as the cause. */
export function fromKv(error: KVError, context: OperationContext): StoreError {
  const { retryable, message, reason } = error;
  const problem = WORDS[reason] ?? {
    reason: reason === "timeout" || reason === "forbidden" ? reason : "unavailable",
    what: message,
  };
  return storeError({ ...problem, retryable, cause: error }, context);
}
