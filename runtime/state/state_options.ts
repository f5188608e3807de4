import type { CallOptions } from "../rpc/call_options.ts";

/** How `put` writes. */
export interface StatePutOptions extends CallOptions {
  /**
   * Write only in place of the entry of this revision, or with null only where there is no entry. Unless
   * given the value is written whatever is there.
   */
  readonly expectedRevision?: string | null;
  /** Milliseconds after which the entry counts as absent; it stays unless given. */
  readonly ttlMs?: number;
}

/** How `delete` deletes. */
export interface StateDeleteOptions extends CallOptions {
  /** Delete only the entry of this revision. */
  readonly expectedRevision?: string;
}

/** Which page of a map is asked for. */
export interface StateListQuery extends CallOptions {
  /** Entries to skip; 0 unless given. */
  readonly offset?: number;
  /** Most entries of the page, 0 to 1000; 0 asks for the count alone. */
  readonly limit: number;
}
