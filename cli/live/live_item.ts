import type { RequestReport } from "../../contracts/live/reports.ts";

/** A request that a service has answered. */
export interface LiveRequest extends RequestReport {
  readonly kind: "request";
  readonly deployment: string;
  /** The contract that it serves. */
  readonly contract: string;
  /** The session of the instance. */
  readonly instance: string;
}

/** An event that was stored. */
export interface LiveEvent {
  readonly kind: "event";
  readonly subject: string;
  /** Its place in the stream of events. */
  readonly sequence: number;
  /** Milliseconds since 1970, by the server's clock. */
  readonly at: number;
  readonly bytes: number;
  readonly eventId?: string;
  /** The trace that it belongs to, and the request that it was published for. */
  readonly trace?: string;
  readonly parent?: string;
}

/** A step of a reconcile. */
export interface LiveStep {
  readonly kind: "step";
  readonly deployment: string;
  /** Its kind, as `repaired`. */
  readonly step: string;
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Something that has happened. */
export type LiveItem = LiveRequest | LiveEvent | LiveStep;

/** An item that is kept: a later one has a greater number. */
export type Kept<Item extends LiveItem = LiveItem> = Item & { readonly number: number };
