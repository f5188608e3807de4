import type { JsonObject } from "../../contracts/json/json.ts";

/** What happens to the data that a change concerns. */
export type ImpactEffect =
  /** The server drops it. */
  | "dropped"
  /** It stays, but reading it as the new schema says is an error. */
  | "invalid"
  /** It stays, but cannot be written again as it is. */
  | "too_large"
  /** It stays, but nothing new can be written until there is room again. */
  | "blocked"
  /** It stays where nothing is bound to it any more. */
  | "detached"
  /** It is an event that waits, and never is published. */
  | "unpublished"
  /** It stays, but reading it is refused: its version is not accepted. */
  | "unaccepted"
  /** No handler gets it any more. */
  | "unhandled"
  /** It has had all tries that it would have. */
  | "spent"
  /** It stands where another key has led. */
  | "misplaced"
  /** It stays, and is migrated by whoever reads it. */
  | "outdated"
  /** It is made again of the events. */
  | "remade"
  /** It is not made again: its events are gone. */
  | "unmade";

/** One of the first entries that a change concerns. */
export interface AffectedEntry {
  /** Of state the caller's key, empty for the entry of a value store. */
  readonly key: string;
  /** Whose it is, as `user:ada`; of state only. */
  readonly principal?: string;
  /** ISO date-time at which it was written. */
  readonly createdAt: string;
  /** JSON pointer into the value, and what is wrong there. */
  readonly path?: string;
  readonly problem?: string;
}

/**
 * What a change means for the data of a bucket or store, in numbers, as of the moment at which the scan
 * began. Markers of deletions hold no data and are not counted.
 */
export interface Impact {
  /**
   * Physical name of the bucket or store; of a group or an event its name, and the values are events; of a transfer the
   * operation, and the values are files on their way.
   */
  readonly bucket: string;
  /** Left out for a KV bucket. Of a store, values are objects, and bytes their bodies. */
  readonly kind?: "store" | "state" | "group" | "projection" | "event" | "queue" | "transfer";
  /** Of the values, events that are in work; of a group, and of all that is in a queue. */
  readonly inWork?: number;
  /** Events beside the values that wait for their next try; in a queue, of the values those that wait for their time. */
  readonly waiting?: number;
  /** Its dead letters, which stay; of a queue those that are concerned, beside the values. */
  readonly dead?: number;
  /** Operations that are not at their end, by their state; of the queue of an operation only. */
  readonly states?: Readonly<Record<string, number>>;
  /** Of the values, those that groups have still to handle, and would give up; of an event only. */
  readonly pending?: readonly PendingMisfits[];
  /** Events that are there to make the values of; of a projection only. */
  readonly events?: number;
  /** About how long making them takes, in milliseconds; of a projection only. */
  readonly estimatedMs?: number;
  /** The state store whose entries the values are; of state only. */
  readonly store?: string;
  readonly effect: ImpactEffect;
  /** Keys whose current value is concerned. A smaller history drops older revisions only: 0. */
  readonly values: number;
  /** Revisions concerned: current values, and older revisions, which services can read as well. */
  readonly revisions: number;
  /** Size of the values of these revisions. */
  readonly bytes: number;
  /** How many users, devices and agents have entries that are concerned; of state only. */
  readonly holders?: number;
  /** Entries that nobody can read, whatever is declared: they are not counted; of state only. */
  readonly damaged?: number;
  /** The first few, one for each key, or of state one for each holder, in the order in which they were written. */
  readonly first: readonly AffectedEntry[];
  /**
   * False when something that was there was not looked at, because the time was up or a writer
   * replaced it first. `revisions` and `bytes` are then at least so high; `values` counts what was the
   * newest of its key as far as the scan came.
   */
  readonly complete: boolean;
  /** Revisions looked at, deletions included. */
  readonly scanned: number;
  /** ISO date-time at which the scan began, by the clock of the server. */
  readonly at: string;
}

/** Events that a group has not settled yet. */
export interface PendingMisfits {
  readonly deployment: string;
  readonly group: string;
  /** Those that are concerned. */
  readonly values: number;
  /** Those that were looked at. */
  readonly scanned: number;
}

/** What a scan is to find out about a bucket. */
export type ImpactQuestion =
  /** What a smaller history would drop. */
  | { readonly kind: "history"; readonly keep: number }
  /** What a shorter life would drop. */
  | { readonly kind: "ttl"; readonly ttlMs: number }
  /** What both at once would drop; 0 milliseconds: entries live for ever. */
  | { readonly kind: "retention"; readonly keep: number; readonly ttlMs: number }
  /** What would be too large to be written again: values, or objects of a store. */
  | { readonly kind: "maxValueBytes"; readonly limit: number }
  /** Whether a store would be fuller than it may be; all that it holds is concerned then. */
  | { readonly kind: "maxTotalBytes"; readonly limit: number }
  /** What would no longer validate. */
  | { readonly kind: "schema"; readonly schema: JsonObject | boolean }
  /** Everything that is there. */
  | { readonly kind: "all" }
  /** The events that wait in a bucket; no value is one. */
  | { readonly kind: "outbox" }
  | StateQuestion;

/** What a scan is to find out about the entries of a state store. */
export type StateQuestion =
  /** All of them. */
  | { readonly kind: "entries" }
  /** Those that can no longer be read. */
  | { readonly kind: "unaccepted"; readonly version: string }
  /** Those that are to be migrated. */
  | { readonly kind: "outdated"; readonly versions: readonly string[] }
  /** Those of a version that would no longer validate. */
  | {
    readonly kind: "misfits";
    readonly version: string;
    readonly schema: JsonObject | boolean;
  };
