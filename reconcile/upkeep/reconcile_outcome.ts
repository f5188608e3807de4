import type { Result } from "../../contracts/result.ts";
import type { AuthorityError } from "../records/authority_error.ts";
import type { BucketChange } from "../nats/watch_bucket_changes.ts";
import type { ReconcileOutcome } from "../reconciler/reconcile_deployment.ts";
import { resourceKey, resourceOf } from "../resources/kinds.ts";
import type { ReconcileEvent } from "./reconcile_event.ts";

/** What was reported of a deployment last, so that nothing is reported twice. */
export interface LastReport {
  /** Problems, as JSON. */
  problems: string;
  /** Messages of failures that were reported since the last reconcile that came to an end. */
  readonly reported: Set<string>;
  /** What was materialized, as JSON; "" when it is not known. */
  materialized: string;
  /** The latest change of each bucket by another client, by its key, as `kv/svc_orders_orders`. */
  readonly causes: Map<string, BucketChange>;
}

/** How an outcome is reported. */
export interface ReportContext {
  readonly report: (event: ReconcileEvent) => void;
  readonly deployment: string;
  /** True when the one who asked for the reconcile gets the outcome. */
  readonly awaited: boolean;
  readonly retryMs: number | undefined;
}

/** Reports what a reconcile led to, as far as it is new. */
export function reportOutcome(
  last: LastReport,
  outcome: Result<ReconcileOutcome, AuthorityError>,
  { report, deployment, awaited, retryMs }: ReportContext,
): void {
  const retry = retryMs === undefined ? {} : { retryMs };
  if (outcome.isErr()) {
    const { message } = outcome.error;
    const advice = adviceFor(outcome.error, deployment);
    // The same failure again is not reported, nor are several that take turns.
    if (!last.reported.has(message)) {
      report({ kind: "failed", deployment, message, ...advice, awaited, ...retry });
    }
    last.reported.add(message);
    return;
  }
  const hadFailed = last.reported.size > 0;
  last.reported.clear();
  const { record, materialized, actions } = outcome.value;
  for (const action of actions) {
    const lost = action.kind === "create_bucket" && action.lost;
    if (action.kind !== "repair_bucket" && !lost) continue;
    const { subject } = action;
    const { kind, name: bucket } = subject;
    const resource = resourceOf(subject);
    const cause = last.causes.get(resourceKey(kind, bucket));
    report({
      kind: "repaired",
      deployment,
      resource,
      bucket,
      changes: action.kind === "repair_bucket" ? action.changes : [],
      lost,
      ...(cause === undefined ? {} : { cause }),
    });
  }
  const problems = materialized?.problems ?? [];
  const before = last.problems;
  last.problems = JSON.stringify(problems);
  if (last.problems !== before || (hadFailed && problems.length === 0)) {
    const causes = [...last.causes.values()].filter(({ bucket }) =>
      problems.some(({ message }) => message.includes(bucket.slice(bucket.indexOf("/") + 1)))
    );
    if (problems.length > 0) {
      report({ kind: "problems", deployment, record, problems, causes, awaited, ...retry });
    } else report({ kind: "recovered", deployment, record });
  }
  last.causes.clear();
  const now = JSON.stringify({ ...materialized, at: "" });
  if (!awaited && now !== last.materialized) report({ kind: "materialized", deployment, record });
  last.materialized = now;
}

/** What to do where a process runs the deployment: presenting its contract makes a lost record again. */
function adviceFor(
  { code, hint, command }: AuthorityError,
  deployment: string,
): { readonly hint: string; readonly command?: readonly string[] } {
  const present = `save the contract of ${deployment}, or start this process again: then the ` +
    "contract is presented again";
  if (code === "deployment_not_found") return { hint: `its record is gone; ${present}` };
  const more = command === undefined ? {} : { command };
  return code === "record_corrupt"
    ? { hint: `${present}. Before that ${hint}`, ...more }
    : { hint, ...more };
}
