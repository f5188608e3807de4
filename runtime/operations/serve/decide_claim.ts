import { isRecord } from "../../../contracts/json/json.ts";
import { isEnded, type OperationRecord } from "../../../contracts/stored/operation_record.ts";
import type { DeliveryClaim } from "../../jobs/decide_claim.ts";

/** What a worker does with an operation that it was delivered. */
export type Claim =
  /** It has it from now on. */
  | { readonly kind: "claim" }
  /** It has ended already. */
  | { readonly kind: "ended" }
  /** A worker that was given it later has it. */
  | { readonly kind: "taken" }
  /** Another message of it is in work, if that is still in the queue under this sequence. */
  | { readonly kind: "other"; readonly sequence: number };

/** Whether a worker that was delivered an operation may have it, by its record. */
export function decideClaim(record: OperationRecord | undefined, delivery: DeliveryClaim): Claim {
  if (record === undefined) return { kind: "claim" };
  const [sequence = 0, deliveries = 0] = record.claim?.split(".").map(Number) ?? [];
  if (isEnded(record.state)) {
    // What is given up may be tried again by a person, as another message.
    const isAgain = isGivenUp(record) && delivery.sequence > sequence;
    return { kind: isAgain ? "claim" : "ended" };
  }
  if (sequence === delivery.sequence && deliveries > delivery.deliveries) return { kind: "taken" };
  const isInWork = record.state === "running" || record.state === "cancelling";
  // An operation that is woken has two messages for a while. The one in work comes again if its worker dies.
  return isInWork && sequence !== delivery.sequence
    ? { kind: "other", sequence }
    : { kind: "claim" };
}

function isGivenUp({ error }: OperationRecord): boolean {
  return isRecord(error) && error.type === "OperationError" &&
    (error.reason === "dead" || error.reason === "expired");
}
