import { messageIn, type OperationContext } from "../operation_context.ts";
import { StoreError, type StoreErrorReason } from "./store_error.ts";

/** What went wrong, besides where. */
export interface StoreProblem extends ErrorOptions {
  /** From the closed list. */
  readonly reason: StoreErrorReason;
  /** What happened and what to do, to follow the place and a colon. */
  readonly what: string;
  /** Where the reason's own answer does not hold. */
  readonly retryable?: boolean;
}

/** An error with the place in its message. */
export function storeError(problem: StoreProblem, context: OperationContext): StoreError {
  const { reason, what, retryable, cause } = problem;
  const options = { reason, message: messageIn(context, what), retryable, cause };
  return new StoreError(context.key === undefined ? options : { ...options, key: context.key });
}
