import { StateError, type StateErrorReason } from "../../../contracts/errors/state_error.ts";
import type { KVError, KVErrorReason } from "../../kv/kv_error.ts";
import { nameOf } from "./stored_entry.ts";
import type { EntryPlace } from "./state_place.ts";

/** What a failure of the bucket means for an operation on state. */
interface Meaning {
  readonly reason: StateErrorReason;
  readonly hint: string;
}

const AGAIN: Meaning = { reason: "unavailable", hint: "try again in a moment" };
const MEANINGS: Readonly<Partial<Record<KVErrorReason, Meaning>>> = {
  too_large: { reason: "too_large", hint: "store less, or divide it among several keys" },
  full: { reason: "full", hint: "whoever runs Trellis gives its storage more room" },
  timeout: { reason: "timeout", hint: "try again" },
  unknown_outcome: {
    reason: "unknown_outcome",
    hint: "repeat it with the same request id, or read the entry before going on",
  },
};

/** The error of an operation whose storage failed. */
export function stateFailure(
  error: KVError,
  doing: string,
  place: Pick<EntryPlace, "namespace" | "key">,
): StateError {
  const { reason, hint } = MEANINGS[error.reason] ?? AGAIN;
  return new StateError({
    reason,
    // How the bucket is called is nobody's business.
    message: `${doing} ${nameOf(place)}: ${TEXTS[reason] ?? "the storage is not reachable"}`,
    hint,
    store: place.namespace.store,
    key: place.key,
    retryable: error.retryable,
    cause: error,
  });
}

const TEXTS: Readonly<Partial<Record<StateErrorReason, string>>> = {
  too_large: "the value is larger than the server takes; nothing was written",
  full: "there is no room left",
  timeout: "the storage did not answer in time",
  unknown_outcome: "the storage has not said whether it was written",
};
