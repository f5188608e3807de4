import type { ReconcileAction } from "../reconciler/action.ts";
import type { FieldChange } from "../resources/bucket.ts";
import type { BucketChange } from "../nats/watch_bucket_changes.ts";
import type { AuthorityRecord, ResourceProblem } from "../records/authority_record.ts";

/** What happens while deployments are reconciled. */
export type ReconcileEvent =
  /** An action begins. */
  | { readonly kind: "acting"; readonly deployment: string; readonly action: ReconcileAction }
  /** Somebody changed or removed a bucket, and it is as declared again. */
  | {
    readonly kind: "repaired";
    readonly deployment: string;
    readonly resource: string;
    readonly bucket: string;
    readonly changes: readonly FieldChange[];
    /** True when the bucket was gone and an empty one was made in its place. */
    readonly lost: boolean;
    /** Who changed it, where the server says. */
    readonly cause?: BucketChange;
  }
  /** Something is in the way that was not before; tried again by itself after `retryMs`. */
  | {
    readonly kind: "problems";
    readonly deployment: string;
    readonly record: AuthorityRecord;
    readonly problems: readonly ResourceProblem[];
    readonly causes: readonly BucketChange[];
    /** True when the one who asked for the reconcile is answered the same. */
    readonly awaited: boolean;
    readonly retryMs?: number;
  }
  /** NATS could not be reached, or something else kept a reconcile from ending. */
  | {
    readonly kind: "failed";
    readonly deployment: string;
    readonly message: string;
    readonly hint: string;
    /** The command that the hint speaks of, as the words behind `trellis`. */
    readonly command?: readonly string[];
    /** True when the one who asked for the reconcile is answered the same. */
    readonly awaited: boolean;
    readonly retryMs?: number;
  }
  /** What was in the way is no longer. */
  | { readonly kind: "recovered"; readonly deployment: string; readonly record: AuthorityRecord }
  /** A reconcile in the background changed the record, with bindings perhaps. */
  | { readonly kind: "materialized"; readonly deployment: string; readonly record: AuthorityRecord }
  /** A stream of Trellis' own is kept as the policy says by now; `deployment` is trellis. */
  | {
    readonly kind: "kept";
    readonly deployment: string;
    readonly stream: string;
    readonly changes: readonly FieldChange[];
  }
  /** Another process looks after the deployment, or this one does again. */
  | {
    readonly kind: "lease";
    readonly deployment: string;
    readonly mine: boolean;
    readonly holder: string;
  };
