/** How a process that rehearses with a project's handlers is talked to. Everything here is plain data. */
import type { KVErrorData } from "../../runtime/kv/kv_error.ts";
import type { KVStatus } from "../../runtime/kv/kv_entry.ts";
import type { StoredRevision } from "../../runtime/kv/kv_bucket.ts";
import type { SentMessage } from "../replay/replay_protocol.ts";

/** Sent to it; each but `read` is answered before the next is sent. */
export type ToRehearsal =
  | {
    readonly kind: "load";
    /** URL of the handlers file. */
    readonly module: string;
  }
  | {
    readonly kind: "run";
    readonly work: RehearsedWork;
    readonly message: SentMessage;
  }
  /** What it has asked to be read. */
  | { readonly kind: "read"; readonly question: number; readonly answer: BucketAnswer };

/** What it answers, and what it asks. */
export type FromRehearsal =
  | { readonly kind: "loaded"; readonly digest: string }
  | { readonly kind: "ran"; readonly recording: Recording }
  | {
    readonly kind: "read";
    readonly question: number;
    readonly alias: string;
    readonly of: Reading;
  };

/** A queue or a group, as its contract calls it. */
export interface WorkName {
  readonly kind: "queue" | "group";
  readonly name: string;
}

/** The same, and what its messages are read with. */
export interface RehearsedWork extends WorkName {
  readonly deployment: string;
  /** Its name on the server. */
  readonly stored: string;
}

/** What is read of a bucket. */
export type Reading =
  | { readonly what: "last" | "history"; readonly key: string }
  | { readonly what: "live"; readonly filter: string }
  | { readonly what: "status" };

/** What a bucket answers: what was asked for, or why not. */
export interface BucketAnswer {
  readonly revisions?: readonly SentRevision[];
  readonly keys?: readonly string[];
  readonly status?: KVStatus;
  readonly error?: KVErrorData;
}

/** A revision whose bytes are base64. */
export type SentRevision = Omit<StoredRevision, "bytes"> & { readonly bytes: string };

/** What one job or event would do, as far as that is known. */
export interface Recording {
  readonly id: string;
  readonly outcome: RehearsedOutcome;
  /** What it would have written until then. */
  readonly writes: readonly RehearsedWrite[];
}

/** How a run ended. */
export type RehearsedOutcome =
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly error: string }
  /** The handler puts it off. */
  | { readonly kind: "later"; readonly reason: string }
  | Unknown;

/** What a run came to that nothing here can answer. */
export interface Unknown {
  readonly kind: "unknown";
  readonly at:
    | "rpc"
    | "operation"
    | "feed"
    | "step"
    | "queue"
    | "store"
    | "change"
    | "event"
    | "access"
    | "deps"
    | "time";
  /** Its name; of `access` what it is to, of `deps` why there are none, of `time` how long it took. */
  readonly name: string;
}

/** Something that would be written. */
export type RehearsedWrite =
  | { readonly kind: "kv"; readonly name: string; readonly key: string }
  | { readonly kind: "event" | "job"; readonly name: string };
