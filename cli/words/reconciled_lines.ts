import type { ReconcileOutcome } from "../../reconcile/reconciler/reconcile_deployment.ts";
import { actionDoneText } from "./action_words.ts";

/** What a reconcile did, for a person: each action, and what came of it. */
export function reconciledLines(
  { record: { deployment }, materialized, actions }: ReconcileOutcome,
): readonly string[] {
  const end = materialized === undefined
    ? `nothing is accepted for ${deployment} yet`
    : materialized.state !== "reconciled"
    ? `${deployment} is pending`
    : `${deployment} is reconciled at version ${materialized.version}`;
  return [...actions.map(actionDoneText), end];
}
