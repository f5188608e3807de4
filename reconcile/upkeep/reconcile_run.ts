import { isErr, type Result } from "../../contracts/result.ts";
import type { AuthorityError } from "../records/authority_error.ts";
import type { ReconcileOutcome } from "../reconciler/reconcile_deployment.ts";

/** A reconcile that has ended. */
export interface ReconcileRun {
  readonly deployment: string;
  /**
   * Whether the server was as declared, was made so, could not be made so in all, or the reconcile could not be carried
   * out.
   */
  readonly result: "unchanged" | "changed" | "problems" | "failed";
}

/** How a reconcile has ended. */
export function resultOf(
  outcome: Result<Pick<ReconcileOutcome, "actions" | "materialized">, AuthorityError>,
): ReconcileRun["result"] {
  const done = outcome.take();
  if (isErr(done)) return "failed";
  if ((done.materialized?.problems.length ?? 0) > 0) return "problems";
  return done.actions.length > 0 ? "changed" : "unchanged";
}
