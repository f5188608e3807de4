import type { ContractStatus, DevReport } from "../dev_report.ts";
import type { ReconcileEvent } from "../../../reconcile/upkeep/reconcile_event.ts";
import { reconcileEventText } from "../../words/reconcile_event_text.ts";
import type { Output } from "../../program/output.ts";

/** Reports a dev session to programs: one line of JSON for each event. */
export function devJson(output: Output): DevReport {
  const event = (kind: string, fields: object = {}) => output.data({ event: kind, ...fields }, "");
  return {
    working: (label) => event("working", { label }),
    server: ({ url, version, source, notes }) => event("server", { url, version, source, notes }),
    portal: (url) => event("portal", { url }),
    console: (url) => event("console", { url }),
    health: (url) => event("health", { url }),
    firstAdmin: (url) => event("first_admin", { url }),
    problems: (problems) => event("problems", { problems }),
    typeProblems: (problems) => event("type_problems", { problems }),
    ready: (status, milliseconds) =>
      event("ready", { milliseconds, contracts: status.map(statusJson) }),
    reloaded: (deployments, files, milliseconds) =>
      event("reloaded", { deployments, files, milliseconds }),
    removed: (deployment) => event("removed", { deployment }),
    pending: (status) => event("pending", statusJson(status)),
    scanning: (done, total) => event("scanning", { done, total }),
    reconcile: (happened) =>
      event("reconcile", { ...reconcileEventJson(happened), text: reconcileEventText(happened) }),
    reconciled: (status) => event("reconciled", statusJson(status)),
    complete: (deployments) => event("complete", { deployments }),
    trouble: (status) => event("trouble", statusJson(status)),
    failed: (deployment, failure, oldCodeRuns, retryMs) =>
      event("failed", { deployment, failure, oldCodeRuns, retryMs }),
    restarted: (deployment) => event("restarted", { deployment }),
    note: (text) => event("note", { text }),
  };
}

/** The event without the whole record, which `svc … authority show` prints. */
function reconcileEventJson(event: ReconcileEvent): object {
  if (!("record" in event)) return event;
  const { record: _record, ...rest } = event;
  return rest;
}

function statusJson(status: ContractStatus): object {
  const { contract, deployment, version, pending, buckets, stores } = status;
  const { problems, refusal, lacks, module, running } = status;
  return {
    contract: contract.id,
    digest: contract.digest,
    deployment,
    version,
    pendingPlan: pending?.id ?? null,
    buckets,
    stores,
    problems,
    refusal: refusal === undefined ? null : { message: refusal.message, hint: refusal.hint },
    lacks: lacks === undefined ? null : { message: lacks.message, hint: lacks.hint },
    module: module ?? null,
    running,
  };
}
