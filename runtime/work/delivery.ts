import type { StoredMessage } from "../nats/jetstream/stored_message.ts";

/** A message that a consumer has delivered, and waits to hear of. */
export interface Delivery extends StoredMessage {
  /** The stream that delivered it. */
  readonly stream: string;
  /** How often it was delivered, this time included. */
  readonly deliveries: number;
  /** Messages that follow, as far as the server knew when it sent this one; missing: not known. */
  readonly pending?: number;
  /** Where its acknowledgement goes. */
  readonly ackSubject: string;
}

/** What a delivery stands for, as the one who knows its stream reads it. */
export interface WorkItem {
  /** Its id: one token of a subject, the same however often it is delivered. */
  readonly id: string;
  /** Where it was first stored, as `<stream> <sequence> <subject>`. */
  readonly origin: string;
  /** Which try its first delivery is, from 1; missing: the first. */
  readonly attempt?: number;
  /** Since when its handler puts it off, in milliseconds since 1970; missing: it did not yet. */
  readonly putOffSince?: number | undefined;
}
