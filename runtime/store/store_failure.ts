import type { KVError, KVErrorReason } from "../kv/kv_error.ts";
import { StoreError, type StoreErrorReason } from "./store_error.ts";

/** What an operation was about, for messages. */
export interface StorePlace {
  /** The alias under `resources.store`. */
  readonly store: string;
  /** The operation, as `put`. */
  readonly doing: string;
  /** The key that it was for. */
  readonly key?: string;
}

/** What went wrong, besides the place. */
export interface StoreProblem extends ErrorOptions {
  /** From the closed list. */
  readonly reason: StoreErrorReason;
  /** What happened and what to do, to follow the place and a colon. */
  readonly what: string;
  /** Where the reason's own answer does not hold. */
  readonly retryable?: boolean;
}

/** An error with the place in its message. */
export function storeError(problem: StoreProblem, place: StorePlace): StoreError {
  const { reason, what, retryable, cause } = problem;
  const { doing, store, key } = place;
  const where = key === undefined ? `store ${store}` : `${quoted(key)} in store ${store}`;
  const options = { reason, message: `${doing} ${where}: ${what}`, retryable, cause };
  return new StoreError(key === undefined ? options : { ...options, key });
}

/** A text for a message: short, and with nothing in it that a terminal would obey. */
export function quoted(text: string): string {
  const chars = [...text.slice(0, 120)];
  return JSON.stringify(chars.length > 60 ? `${chars.slice(0, 57).join("")}...` : text);
}

/** What a refusal of JetStream, or its silence, means for a store. */
const MEANINGS: Readonly<Partial<Record<KVErrorReason, Omit<StoreProblem, "retryable">>>> = {
  too_large: {
    reason: "too_large",
    what: "its description exceeds what the server takes in one message; use less metadata",
  },
  full: {
    reason: "full",
    what:
      "there is no room left; raise maxTotalBytes or the account's storage, or delete objects. " +
      "What is replaced or deleted is freed about an hour later, when its readers are done",
  },
  timeout: { reason: "timeout", what: "the server did not answer in time; try again" },
  unknown_outcome: {
    reason: "unknown_outcome",
    what: "the acknowledgement was lost, and reading did not settle whether it happened; " +
      "get the key before going on",
  },
  bucket_missing: {
    reason: "store_missing",
    what: "the store does not exist; have its resource accepted and reconciled",
  },
  forbidden: {
    reason: "forbidden",
    what: "this connection may not use the store; declare it in the contract",
  },
};

/** An error of the layer below as one of the store's; its own words are kept as the cause. */
export function fromKv(error: KVError, place: StorePlace): StoreError {
  const meaning = MEANINGS[error.reason] ?? {
    reason: "unavailable",
    what: `there is no answer from JetStream (${error.message}); see that the server runs with it`,
  };
  return storeError({ ...meaning, retryable: error.retryable, cause: error }, place);
}
