import { StateError } from "../../../contracts/errors/state_error.ts";

/**
 * What a process tells of a write that it could not do. All that keep state are given each write, and the first answer
 * counts: what one of them cannot look up or reach says nothing of what another one stores, or has stored.
 *
 * @param isRepeatable whether writing it a second time would change nothing
 */
export function oneOfMany(error: unknown, isRepeatable: boolean): unknown {
  if (!(error instanceof StateError)) return error;
  const { reason, message, store, key } = error;
  if (reason !== "unavailable" && reason !== "timeout") return error;
  return new StateError({
    reason: "unknown_outcome",
    message: `${message}; another process may have written it`,
    hint: "repeat it with the same request id, or read the entry before going on",
    store,
    key,
    retryable: isRepeatable,
    cause: error,
  });
}
