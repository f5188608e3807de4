/** How a process that folds a history with a project's reducers is talked to. Everything here is plain data. */

/** A message of a stream. */
export interface SentMessage {
  readonly subject: string;
  readonly sequence: number;
  readonly writtenAt: number;
  readonly headers: string;
  /** Base64. */
  readonly data: string;
}

/** Sent to it; each is answered before the next is sent. */
export type ToReplayer =
  | {
    readonly kind: "load";
    /** URL of the handlers file. */
    readonly module: string;
    readonly alias: string;
    /** Bytes that a message may have. */
    readonly maxPayload: number | undefined;
  }
  /** What is next in the stream of events, also when it is read again. */
  | { readonly kind: "events"; readonly messages: readonly SentMessage[] }
  /** No event is left: were there failures, which may have changed values that they were given? */
  | { readonly kind: "folded" }
  /** What is next in the bucket that is read now: the newest message of each key. */
  | {
    readonly kind: "values";
    /** `$KV.<bucket>.` */
    readonly prefix: string;
    /** When the stream of events was made, and up to where it was read. */
    readonly created: string;
    readonly through: number;
    readonly messages: readonly SentMessage[];
  }
  /** There is no more. */
  | { readonly kind: "end" };

/** What it answers. */
export type FromReplayer =
  | { readonly kind: "loaded"; readonly digest: string; readonly filters: readonly string[] }
  | { readonly kind: "taken" }
  /** True: all events are to be sent once more. */
  | { readonly kind: "checked"; readonly again: boolean }
  | { readonly kind: "replayed"; readonly replayed: Replayed };

/** A key whose value would be another one. */
export interface DifferentKey {
  readonly key: string;
  readonly change: "added" | "removed" | "changed";
  /** Missing for one that is added. */
  readonly before?: unknown;
  /** Missing for one that is removed. */
  readonly after?: unknown;
}

/** An event that a reducer could not fold: its key would stand still there. */
export interface UnfoldedEvent {
  readonly event: string;
  readonly id: string;
  readonly sequence: number;
  readonly key: string;
  readonly error: string;
}

/** What would differ. */
export interface Replayed {
  /** Events that were folded or could not be. */
  readonly events: number;
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  readonly same: number;
  /** Keys with events behind the last one that was read: they were not compared. */
  readonly leftOut: number;
  /** The first few that differ. */
  readonly first: readonly DifferentKey[];
  readonly failed: number;
  readonly firstFailed: readonly UnfoldedEvent[];
  /** Messages that hold no event of the projection. */
  readonly unread: number;
  readonly firstUnread: readonly { readonly sequence: number; readonly why: string }[];
}
