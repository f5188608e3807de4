import { freshToken } from "../nats/session_token.ts";
import type { JobRecord } from "../../contracts/stored/job_record.ts";

/** What whoever was given a job finds in its record, and does then. */
export type ClaimDecision =
  /** It works on it. */
  | "claim"
  /** It is over: done, or taken back. */
  | "ended"
  /** It was told to end, and nobody works on it any more. */
  | "cancel"
  /** It was given to another worker after this one. */
  | "taken";

/** Which delivery of a job it is. */
export interface DeliveryClaim {
  readonly sequence: number;
  readonly deliveries: number;
  /** When it was stored, in milliseconds since 1970. */
  readonly writtenAt?: number;
}

/**
 * A claim as a record keeps it. No two are the same: a server that was killed may have forgotten that it has made a
 * delivery, and make it again, under the same numbers, to another worker.
 */
export function claimText({ sequence, deliveries, writtenAt = 0 }: DeliveryClaim): string {
  return `${sequence}.${deliveries}.${Math.floor(writtenAt)}.${freshToken(8)}`;
}

/** Decides whether a delivery may take a job over. What is dead may be tried again by a person. */
export function decideClaim(record: JobRecord, claim: DeliveryClaim): ClaimDecision {
  switch (record.state) {
    case "done":
    case "cancelled":
      return "ended";
    case "cancelling":
      return isLater(claim, record.claim) ? "cancel" : "taken";
    case "running":
      return isLater(claim, record.claim) ? "claim" : "taken";
    default:
      return "claim";
  }
}

/** Whether a delivery was made after the one that has a claim, or is the same. */
function isLater(
  { sequence, deliveries, writtenAt = 0 }: DeliveryClaim,
  claim = "0.0",
): boolean {
  const [lastSequence = 0, lastDeliveries = 0, lastWrittenAt = 0] = claim.split(".").map(Number);
  // What was stored later under a lower number is in a stream that was made again.
  return sequence > lastSequence || Math.floor(writtenAt) > lastWrittenAt ||
    (sequence === lastSequence && deliveries >= lastDeliveries);
}
