import { type Action, actionText } from "../../reconcile/action.ts";
import type { FieldChange } from "../../reconcile/bucket.ts";
import { changeText } from "../../reconcile/drift.ts";
import type { BucketChange } from "../../reconcile/nats/advisories.ts";
import type { AuthorityRecord, ResourceProblem } from "../../reconcile/record.ts";
import { lostByHand } from "./lost_by_hand.ts";

/** What happens while deployments are reconciled. */
export type ReconcileEvent =
  /** An action begins. */
  | { readonly kind: "acting"; readonly deployment: string; readonly action: Action }
  /** Somebody changed or removed a bucket, and it is as declared again. */
  | {
    readonly kind: "repaired";
    readonly deployment: string;
    readonly resource: string;
    readonly bucket: string;
    readonly changes: readonly FieldChange[];
    /** True when the bucket was gone and an empty one was made in its place. */
    readonly lost: boolean;
    /** Whose doing it was, where the server told. */
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
    /** True when the one who asked for the reconcile is answered the same. */
    readonly awaited: boolean;
    readonly retryMs?: number;
  }
  /** What was in the way is no longer. */
  | { readonly kind: "recovered"; readonly deployment: string; readonly record: AuthorityRecord }
  /** A reconcile that nobody waited for changed the record, with bindings perhaps. */
  | { readonly kind: "materialized"; readonly deployment: string; readonly record: AuthorityRecord }
  /** Another process looks after the deployment, or this one does again. */
  | {
    readonly kind: "lease";
    readonly deployment: string;
    readonly mine: boolean;
    readonly holder: string;
  };

/** One line for a person. */
export function reconcileEventText(event: ReconcileEvent): string {
  const { deployment } = event;
  switch (event.kind) {
    case "acting":
      return actionText(event.action);
    case "repaired": {
      const whose = event.cause === undefined ? "" : ` by ${causeText(event.cause)}`;
      if (event.lost) return `${event.bucket} was deleted${whose}; an empty one was made`;
      const undone = event.changes.map(changeText).join(", ");
      return `${event.bucket} was changed${whose}; undone: ${undone}${lostByHand(event.changes)}`;
    }
    case "problems": {
      const causes = event.causes.map((cause) => `${cause.kind} by ${causeText(cause)}`);
      return [...event.problems.map(({ message }) => message), ...causes].join("; ");
    }
    case "failed":
      return event.message;
    case "recovered":
      return `${deployment} is reconciled again`;
    case "materialized":
      return `${deployment} was reconciled`;
    case "lease":
      return event.mine
        ? `this process looks after ${deployment}`
        : `${deployment} is looked after by ${event.holder}`;
  }
}

/** Whose doing a change was, as `nats CLI (127.0.0.1) at …`. */
export function causeText({ by, at }: BucketChange): string {
  if (by === undefined) return `somebody at ${at}`;
  const who = by.user === undefined ? by.name : `${by.user} with ${by.name}`;
  return `${who}${by.host === undefined ? "" : ` (${by.host})`} at ${at}`;
}
