import type { ApiFailure } from "./api_answer.ts";
import { type ApiErrorKind, apiErrorKind } from "./api_code.ts";

/** What a failure of JetStream means for an operation on a bucket or a store. */
export interface FailureMeaning {
  /** From a short list. */
  readonly reason: "missing" | "full" | "too_large" | "forbidden" | "unavailable" | "timeout";
  /** What happened, and what to do about it. */
  readonly what: string;
  /** Where it differs from what the reason says of itself. */
  readonly retryable?: boolean;
}

const DISCONNECTED: FailureMeaning = {
  reason: "unavailable",
  what: "there is no connection to the server; it is being restored, try again",
};

const REFUSALS: Readonly<Partial<Record<ApiErrorKind, FailureMeaning>>> = {
  momentary: {
    reason: "unavailable",
    what: "JetStream is not ready at the moment; try again",
  },
  no_jetstream: {
    reason: "unavailable",
    what: "JetStream is not enabled; start the server with it and allow it for the account. A " +
      "server whose disk is full turns it off",
    retryable: false,
  },
  stream_missing: {
    reason: "missing",
    what: "it does not exist on the server; have its resource accepted and reconciled",
  },
  stream_full: {
    reason: "full",
    what: "there is no room left in it; raise its size, or delete entries",
  },
  storage_full: {
    reason: "full",
    what: "the account or the server has no JetStream storage left; raise the limit",
  },
  too_large: {
    reason: "too_large",
    what: "the value and its headers exceed the largest message that it takes",
  },
  sealed: { reason: "forbidden", what: "it is sealed and takes no writes any more" },
};

/** What it means that a request has no answer, or was refused; recognised by kind and number alone. */
export function failureMeaning(failure: ApiFailure): FailureMeaning {
  switch (failure.kind) {
    case "down":
    case "lost":
      return DISCONNECTED;
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
        what:
          "JetStream does not answer; check that the server runs with it and that its disk is " +
          "not full, and try again",
      };
    case "forbidden":
      return {
        reason: "forbidden",
        what: `this connection may not use ${failure.subject}; ` +
          "declare the resource in the contract",
      };
    case "too_large":
      return {
        reason: "too_large",
        what: `it takes ${failure.size} bytes, and the server allows ${failure.maximum}; ` +
          "store less",
      };
    case "malformed":
      return {
        reason: "unavailable",
        what: "the answer is not one of JetStream's; check who serves its subjects",
        retryable: false,
      };
    case "refused": {
      const { code, description } = failure;
      const what = `JetStream refuses it (${code}: ${description})`;
      return REFUSALS[apiErrorKind(code)] ?? { reason: "unavailable", what, retryable: false };
    }
  }
}
