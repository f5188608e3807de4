import { type Action, doneText } from "../../reconcile/reconciler/action.ts";
import { changeText } from "../../reconcile/reconciler/judge_drift.ts";
import { resourceOf } from "../../reconcile/resources/kinds.ts";
import { RESOURCE_RULES } from "../../reconcile/resources/resource_rules.ts";
import { manualChangeLoss } from "./manual_change_loss.ts";

/** What an action did, for a person: with what was lost before it. */
export function actionDoneText(action: Action): string {
  if (action.kind === "create_bucket" && action.lost) {
    const { kind, name } = action.subject;
    return `made the ${RESOURCE_RULES[kind].noun} ${name} again, empty: it had been deleted`;
  }
  if (action.kind !== "repair_bucket") return doneText(action);
  const { changes } = action;
  return `${doneText(action)}: ${changes.map(changeText).join(", ")}${manualChangeLoss(changes)}`;
}

/** What an action did, for a program. */
export function actionJson(action: Action): object {
  const { kind, subject } = action;
  const { alias, name } = subject;
  return {
    kind,
    resource: resourceOf(subject),
    alias,
    bucket: name,
    ...(kind === "create_bucket" && action.lost ? { lost: true } : {}),
  };
}
