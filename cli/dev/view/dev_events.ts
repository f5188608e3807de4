import { type ContractStatus, type DevReport, isTroubled } from "../dev_report.ts";
import type { Log, LogLevel } from "../../log/log_lines.ts";
import { duration } from "../../terminal/duration.ts";
import { withoutCredentials } from "../../nats_server/probe/server_url.ts";
import type { ReconcileEvent } from "../../../reconcile/upkeep/reconcile_event.ts";
import { devEventText } from "../../words/dev_event_text.ts";
import { reconcileEventText } from "../../words/reconcile_event_text.ts";
import type { Output } from "../../program/output.ts";

/** What a session tells: its kind, its fields, and the same in words. */
type Tell = (event: string, fields: object, words: Words) => void;

/** An event for people; without a level it is of the moment, and no log keeps it. */
interface Words {
  readonly level?: LogLevel;
  readonly message: string;
}

/** Reports a dev session to programs: one line of JSON for each event. */
export function devJson(output: Output): DevReport {
  return devEvents((event, fields) => output.data({ event, ...fields }, ""));
}

/** Reports a dev session to a log. */
export function devLog(log: Log): DevReport {
  return devEvents((event, fields, { level, message }) => {
    if (level !== undefined) log(level, event, message, fields);
  });
}

function devEvents(tell: Tell): DevReport {
  const place = (event: string, url: string) =>
    tell(event, { url }, { level: "info", message: `${event.replace("_", " ")}: ${url}` });
  const contract = (event: string, status: ContractStatus, words: Words) =>
    tell(event, statusJson(status), words);
  return {
    working: (label) => tell("working", { label }, { message: label }),
    server: ({ url, version, source, notes }) =>
      tell("server", { url: withoutCredentials(url), version, source, notes }, {
        level: "info",
        message: [`NATS ${version} at ${withoutCredentials(url)}`, ...notes].join("; "),
      }),
    portal: (url) => place("portal", url),
    console: (url) => place("console", url),
    health: (url) => place("health", url),
    firstAdmin: (url) => place("first_admin", url),
    problems: (problems) =>
      tell("problems", { problems }, {
        level: problems.length === 0 ? "info" : "error",
        message: listed(problems.map(({ file, message }) => `${file}: ${message}`)) ||
          "contracts are valid",
      }),
    typeProblems: (problems) =>
      tell("type_problems", { problems }, {
        level: problems.length === 0 ? "info" : "error",
        message: listed(problems.map(({ message }) => message)) || "types are valid",
      }),
    ready: (status, milliseconds) => {
      const message = `ready in ${duration(milliseconds)}`;
      tell("ready", { milliseconds, contracts: status.map(statusJson) }, {
        level: status.some(isTroubled) ? "error" : "info",
        message: listed([message, ...status.filter(isTroubled).map(troubleText)]),
      });
    },
    reloaded: (deployments, files, milliseconds) =>
      tell("reloaded", { deployments, files, milliseconds }, {
        level: "info",
        message: `${deployments.join(", ")} live`,
      }),
    removed: (deployment) =>
      tell("removed", { deployment }, {
        level: "warn",
        message: devEventText.removed(deployment),
      }),
    pending: (status) =>
      contract("pending", status, {
        level: "warn",
        message: `${status.deployment} waits for a decision`,
      }),
    scanning: (done, total) =>
      tell("scanning", { done, total }, { message: devEventText.scanning(done, total) }),
    scanned: () => {},
    checkingTypes: () => {},
    checkedTypes: () => {},
    reconcile: (happened) => {
      const text = reconcileEventText(happened);
      const fields = { ...reconcileEventJson(happened), text };
      tell("reconcile", fields, { level: levelOf(happened), message: text });
    },
    reconciled: (status) =>
      contract("reconciled", status, {
        level: isTroubled(status) ? "error" : "info",
        message: isTroubled(status)
          ? troubleText(status)
          : `${status.deployment} reconciled at version ${status.version}`,
      }),
    complete: (deployments) =>
      tell("complete", { deployments }, {
        level: "info",
        message: devEventText.complete(deployments),
      }),
    trouble: (status) =>
      contract("trouble", status, { level: "error", message: troubleText(status) }),
    failed: (deployment, failure, oldCodeRuns, retryMs) =>
      tell("failed", { deployment, failure, oldCodeRuns, retryMs }, {
        level: "error",
        message: `${deployment}: ${failure.message}`,
      }),
    restarted: (deployment) =>
      tell("restarted", { deployment }, {
        level: "info",
        message: devEventText.restarted(deployment),
      }),
    disconnected: (server) =>
      tell("disconnected", { server }, {
        level: "warn",
        message: devEventText.disconnected(server),
      }),
    reconnected: (server) =>
      tell("reconnected", { server }, {
        level: "info",
        message: devEventText.reconnected(server),
      }),
    note: (text) => tell("note", { text }, { level: "warn", message: text }),
  };
}

function listed(texts: readonly string[]): string {
  return texts.join("; ");
}

function troubleText({ deployment, refusal, lacks, problems }: ContractStatus): string {
  const found = refusal !== undefined ? [refusal] : lacks !== undefined ? [lacks] : problems;
  return `${deployment}: ${listed(found.map(({ message }) => message))}`;
}

/** What was asked for is told with its result. */
function levelOf(event: ReconcileEvent): LogLevel | undefined {
  switch (event.kind) {
    case "acting":
    case "recovered":
      return "info";
    case "materialized":
      return undefined;
    case "lease":
      return event.mine ? undefined : "info";
    case "repaired":
      return "warn";
    case "problems":
    case "failed":
      return event.awaited ? undefined : "error";
  }
}

/** The event without the whole record, which `svc … authority show` prints. */
function reconcileEventJson(event: ReconcileEvent): object {
  if (!("record" in event)) return event;
  const { record: _record, ...rest } = event;
  return rest;
}

function statusJson(status: ContractStatus): object {
  const { contract, deployment, version, pending, buckets, stores } = status;
  const { problems, refusal, lacks, module, running, instances } = status;
  return {
    contract: contract.id,
    digest: contract.digest,
    deployment,
    version: version ?? null,
    pendingPlan: pending?.id ?? null,
    buckets,
    stores,
    problems,
    refusal: refusal === undefined ? null : { message: refusal.message, hint: refusal.hint },
    lacks: lacks === undefined ? null : { message: lacks.message, hint: lacks.hint },
    module: module ?? null,
    running,
    instances,
  };
}
