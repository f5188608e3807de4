import { type Action, doneText } from "../../reconcile/action.ts";
import { changeText } from "../../reconcile/drift.ts";
import { KIND, parseResourceKey } from "../../reconcile/resource_kind.ts";
import { lostByHand } from "../dev/lost_by_hand.ts";

/** What an action did, for a person: with what was lost before it. */
export function actionDoneText(action: Action): string {
  if (action.kind === "create_bucket" && action.lost) {
    const { noun } = KIND[parseResourceKey(action.resource)?.kind ?? "kv"];
    return `made the ${noun} ${action.name} anew, empty: it had been deleted`;
  }
  if (action.kind !== "repair_bucket") return doneText(action);
  const { changes } = action;
  return `${doneText(action)}: ${changes.map(changeText).join(", ")}${lostByHand(changes)}`;
}

/** What an action did, for a program. */
export function actionJson(action: Action): object {
  const { kind, resource, alias, name } = action;
  return {
    kind,
    resource,
    alias,
    bucket: name,
    ...(kind === "create_bucket" && action.lost ? { lost: true } : {}),
  };
}
