import type { ApiFailure } from "./api_answer.ts";
import { type ApiErrorKind, apiErrorKind } from "./api_code.ts";

/** What to do about a request to JetStream that has failed. */
export interface FailureRule {
  /** Whether it was carried out: certainly not, or that is open and only reading tells. */
  readonly happened: "no" | "open";
  /** Whether the same request may succeed in a moment. */
  readonly passes: boolean;
}

const NOTHING: FailureRule = { happened: "no", passes: false };
const NOT_NOW: FailureRule = { happened: "no", passes: true };
const OPEN: FailureRule = { happened: "open", passes: true };

/**
 * The whole rule: what passes is tried again until the deadline. A write that is open is tried again only under an id
 * or a condition by which it happens once; at the deadline it is reported as open, whatever the last attempt said.
 */
const RULES: Readonly<Record<Exclude<ApiFailure["kind"], "refused">, FailureRule>> = {
  down: NOT_NOW,
  closed: NOTHING,
  lost: OPEN,
  timeout: OPEN,
  // Without a leader nobody listens for a stream.
  no_responders: NOT_NOW,
  forbidden: NOTHING,
  too_large: NOTHING,
  malformed: { happened: "open", passes: false },
};

/** What the server says it has not done. All others are no, and stay so. */
const REFUSALS: Readonly<Partial<Record<ApiErrorKind, FailureRule>>> = { momentary: NOT_NOW };

/** The rule for a failure, by its kind and the number of the API error alone. */
export function failureRule(failure: ApiFailure): FailureRule {
  if (failure.kind !== "refused") return RULES[failure.kind];
  return REFUSALS[apiErrorKind(failure.code)] ?? NOTHING;
}
