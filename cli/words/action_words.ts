import {
  actionResource,
  doneText,
  type ReconcileAction,
} from "../../reconcile/reconciler/action.ts";
import { startText } from "../../reconcile/consumers/work_action.ts";
import { changeText } from "../../reconcile/resources/bucket.ts";
import { RESOURCE_RULES } from "../../reconcile/resources/resource_rules.ts";
import { manualChangeLoss } from "./manual_change_loss.ts";

/** What an action did, for a person: with what was lost before it. */
export function actionDoneText(action: ReconcileAction): string {
  if (action.kind === "create_bucket" && action.lost) {
    const { kind, name } = action.subject;
    return `made the ${RESOURCE_RULES[kind].noun} ${name} again, empty: it had been deleted`;
  }
  switch (action.kind) {
    case "create_consumer":
      return action.lost
        ? `made the consumer ${action.consumer.name} of ${action.consumer.stream} again, which was ` +
          `deleted outside Trellis: it goes on ${startText(action.start)}`
        : doneText(action);
    case "create_stream":
      return action.lost
        ? `made the stream ${action.stream.name} again, which was deleted outside Trellis`
        : doneText(action);
    case "repair_stream":
    case "repair_consumer":
      return `${doneText(action)}, which was changed outside Trellis: ${
        action.changes.map(changeText).join(", ")
      }`;
    case "repair_bucket": {
      const { changes } = action;
      const lost = manualChangeLoss(changes);
      return `${doneText(action)}: ${changes.map(changeText).join(", ")}${lost}`;
    }
    default:
      return doneText(action);
  }
}

/** What an action did, for a program. */
export function actionJson(action: ReconcileAction): object {
  const { kind, subject } = action;
  const { alias, name } = subject;
  return {
    kind,
    resource: actionResource(action),
    alias,
    bucket: name,
    ...("lost" in action && action.lost ? { lost: true } : {}),
  };
}
