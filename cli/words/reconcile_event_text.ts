import type { BucketChange } from "../../reconcile/nats/watch_bucket_changes.ts";
import { actionText } from "../../reconcile/reconciler/action.ts";
import { changeText } from "../../reconcile/resources/bucket.ts";
import type { ReconcileEvent } from "../../reconcile/upkeep/reconcile_event.ts";
import { manualChangeLoss } from "./manual_change_loss.ts";

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
      return `${event.bucket} was changed${whose}; undone: ${undone}${
        manualChangeLoss(event.changes)
      }`;
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
    case "kept":
      return `${event.stream} was changed as the policy says: ${
        event.changes.map(changeText).join(", ")
      }`;
    case "lease":
      return event.mine
        ? `this process looks after ${deployment}`
        : `${deployment} is looked after by ${event.holder}`;
  }
}

/** Who made a change, as `nats CLI (127.0.0.1) at …`. */
export function causeText({ by, at }: BucketChange): string {
  if (by === undefined) return `an unknown client at ${at}`;
  const who = by.user === undefined ? by.name : `${by.user} with ${by.name}`;
  return `${who}${by.host === undefined ? "" : ` (${by.host})`} at ${at}`;
}
