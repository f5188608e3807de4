import type { ApiFailure } from "../nats/jetstream/api_answer.ts";
import { apiErrorKind } from "../nats/jetstream/api_code.ts";

/** Whether an event that was not stored never will be, so that those behind it need not wait for it. */
export function isRefusedForGood(failure: ApiFailure): boolean {
  switch (failure.kind) {
    case "too_large":
    case "forbidden":
      return true;
    case "refused": {
      const kind = apiErrorKind(failure.code);
      return kind === "too_large" || kind === "refused";
    }
    default:
      return false;
  }
}
