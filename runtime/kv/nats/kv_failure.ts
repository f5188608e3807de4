import { KVError, type KVErrorReason } from "../kv_error.ts";
import { type ApiErrorKind, apiErrorKind } from "../../nats/jetstream/api_code.ts";
import type { LinkFailure } from "../../nats/jetstream/jetstream_requests.ts";

/** What an operation was about, for messages. */
export interface KvPlace {
  /** Physical bucket name. */
  readonly bucket: string;
  /** What was being done, as `reading`. */
  readonly doing: string;
  /** The key it was done to. */
  readonly key?: string;
}

interface Meaning {
  readonly reason: KVErrorReason;
  readonly what: string;
  readonly retryable?: boolean;
}

const FULL: Meaning = {
  reason: "full",
  what: "the bucket has no room left; raise its size or remove entries by their ttl",
};
const STORAGE_SPENT: Meaning = {
  reason: "full",
  what: "the account or the server has no JetStream storage left; raise the limit",
};
const NO_JETSTREAM: Meaning = {
  reason: "unavailable",
  what: "JetStream is not enabled; start the server with it and allow it for the account",
  retryable: false,
};
const BUSY: Meaning = {
  reason: "unavailable",
  what: "JetStream is not ready at the moment; try again",
};
const MISSING: Meaning = {
  reason: "bucket_missing",
  what: "the bucket does not exist; have its resource accepted and reconciled",
};

const MEANINGS: Readonly<Partial<Record<ApiErrorKind, Meaning>>> = {
  momentary: BUSY,
  no_jetstream: NO_JETSTREAM,
  stream_missing: MISSING,
  stream_full: FULL,
  storage_full: STORAGE_SPENT,
  too_large: {
    reason: "too_large",
    what: "the value and its headers exceed the bucket's message size",
  },
  sealed: {
    reason: "forbidden",
    what: "the bucket is sealed and takes no writes any more",
  },
};

/** What an API error means to the caller, told by its number alone. */
export function apiError(code: number, description: string, place: KvPlace): KVError {
  const meaning = MEANINGS[apiErrorKind(code)] ?? {
    reason: "unavailable",
    what: `JetStream refuses it (${code}: ${description})`,
    retryable: false,
  };
  return kvError(meaning, place);
}

/** What it means that a request without effects has no answer. */
export function linkError(failure: LinkFailure, place: KvPlace): KVError {
  return kvError(linkMeaning(failure), place);
}

/** A write of which nobody knows whether it happened. */
export function unknownOutcome(place: KvPlace, retryable: boolean): KVError {
  const what = "the acknowledgement was lost, and reading did not settle whether it happened; " +
    "read the key before going on";
  return kvError({ reason: "unknown_outcome", what, retryable }, place);
}

/** The bucket is not the one that the caller began with. */
export function bucketReplaced(place: KvPlace): KVError {
  const what = "the bucket was deleted and created anew; begin again with what is in it now";
  return kvError({ reason: "bucket_missing", what }, place);
}

/** The server sent something that cannot be understood. */
export function malformedAnswer(place: KvPlace): KVError {
  const what = "the answer is not one of JetStream's; check who serves its subjects";
  return kvError({ reason: "unavailable", what, retryable: false }, place);
}

/** An error with the place in its message. */
export function kvError({ reason, what, retryable }: Meaning, place: KvPlace): KVError {
  const { doing, bucket, key } = place;
  const where = key === undefined ? `bucket ${bucket}` : `"${key}" in bucket ${bucket}`;
  return new KVError({ reason, message: `${doing} ${where}: ${what}`, key, retryable });
}

function linkMeaning(failure: LinkFailure): Meaning {
  switch (failure.kind) {
    case "down":
    case "lost":
      return {
        reason: "unavailable",
        what: "there is no connection to the server; it is being restored, try again",
      };
    case "closed":
      return {
        reason: "unavailable",
        what: "the connection is closed; open a new one",
        retryable: false,
      };
    case "timeout":
      return { reason: "timeout", what: "the server did not answer in time; try again" };
    case "no_responders":
      return {
        reason: "unavailable",
        what: "JetStream does not answer; check that the server runs with it, and try again",
      };
    case "forbidden":
      return {
        reason: "forbidden",
        what:
          `this connection may not use ${failure.subject}; declare the resource in the contract`,
      };
    case "too_large":
      return {
        reason: "too_large",
        what:
          `it takes ${failure.size} bytes, and the server allows ${failure.maximum}; store less`,
      };
  }
}
