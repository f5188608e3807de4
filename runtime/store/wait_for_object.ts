import { err, ok, type Result } from "../../contracts/result.ts";
import { OperationLimit, STOPPED } from "./operation_limit.ts";
import type { StoreError } from "./store_error.ts";
import type { OperationContext } from "../operation_context.ts";
import { storeError } from "./store_problem.ts";
import type { StoreWaitOptions } from "./store_types.ts";

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_INTERVAL_MS = 250;
const SHORTEST_INTERVAL_MS = 10;
/** The longest that a timer can wait. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Asks again and again until there is an answer. Waits out `not_found` and what may pass by itself;
 * any other failure ends it at once.
 */
export async function waitForObject<T>(
  ask: () => PromiseLike<Result<T, StoreError>>,
  options: StoreWaitOptions,
  context: OperationContext,
): Promise<Result<T, StoreError>> {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, pollIntervalMs = DEFAULT_INTERVAL_MS, signal } = options;
  const problem = optionProblem({ timeoutMs, pollIntervalMs, signal }, context);
  if (problem !== undefined) return err(problem);
  const ms = timeoutMs === 0 ? LONGEST_MS : Math.min(timeoutMs, LONGEST_MS);
  using limit = new OperationLimit(context, { signal, timeoutMs: ms });
  for (let last: StoreError | undefined;;) {
    const answer = await limit.wait(ask());
    if (answer !== STOPPED) {
      if (answer.isOk()) return ok(answer.value);
      last = answer.error;
      if (last.reason !== "not_found" && !last.retryable) return answer;
    }
    const over = answer === STOPPED || timeoutMs === 0 || !await limit.pause(pollIntervalMs);
    if (over) return err(abortOf(limit) ?? waited(timeoutMs, last, context));
  }
}

function abortOf({ error }: OperationLimit): StoreError | undefined {
  return error?.reason === "aborted" ? error : undefined;
}

function waited(ms: number, cause: StoreError | undefined, context: OperationContext): StoreError {
  const state = cause === undefined || cause.reason === "not_found" ? "" : `; ${cause.message}`;
  const what = `no object has come within ${ms} ms${state}`;
  return storeError({ reason: "timeout", what, cause }, context);
}

function optionProblem(
  { timeoutMs, pollIntervalMs, signal }: StoreWaitOptions,
  context: OperationContext,
): StoreError | undefined {
  const what = !(Number(timeoutMs) >= 0)
    ? `timeoutMs must be 0 or more, not ${timeoutMs}`
    : !(Number(pollIntervalMs) >= SHORTEST_INTERVAL_MS && Number(pollIntervalMs) <= LONGEST_MS)
    ? `pollIntervalMs must be from ${SHORTEST_INTERVAL_MS} to ${LONGEST_MS}, not ${pollIntervalMs}`
    : signal !== undefined && !(signal instanceof AbortSignal)
    ? "signal must be an AbortSignal"
    : undefined;
  return what === undefined ? undefined : storeError({ reason: "invalid_option", what }, context);
}
