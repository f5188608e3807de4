import type { JsonObject } from "../../contracts/json/json.ts";
import type { QueueBinding } from "../../contracts/stored/bindings.ts";
import { jobStream, type QueueKind, recordsBucket } from "../../contracts/stored/job_names.ts";
import { err, ok, type Result } from "../../contracts/result.ts";
import type { AuthorityRecord } from "../../reconcile/records/authority_record.ts";
import type { ExplainedError } from "../program/command_context.ts";

/** A queue that a deployment declares: one of jobs, or that of an operation. */
export interface Queue {
  readonly deployment: string;
  readonly kind: QueueKind;
  /** As its contract calls it: `sendMail`, `Report.Export`. */
  readonly name: string;
  /** Undefined until it is made. */
  readonly binding: QueueBinding | undefined;
  /** Schema of what waits in it. */
  readonly payload: JsonObject | boolean;
  /** What else is declared of it. */
  readonly settings: JsonObject;
  /** Whether its contract lets what is in it be taken back. */
  readonly mayCancel: boolean;
  /** Its stream, and the bucket of its records; they may not be there yet. */
  readonly stream: string;
  readonly records: string;
}

type RecordPart = Pick<AuthorityRecord, "deployment" | "desired" | "materialized">;

/** The queues of a deployment: those of jobs, and those of operations. */
export function queuesOf({ deployment, desired, materialized }: RecordPart): readonly Queue[] {
  const { needs } = desired ?? {};
  const { jobs = {}, operations = {}, records } = materialized?.bindings ?? {};
  const place = (binding: QueueBinding | undefined) => ({
    deployment,
    binding,
    stream: binding?.stream ?? jobStream(deployment),
    records: records ?? recordsBucket(deployment),
  });
  const ofJobs = Object.entries(needs?.jobs ?? {}).map(([name, { payload, settings }]): Queue => ({
    ...place(jobs[name]),
    kind: "job",
    name,
    payload,
    settings,
    mayCancel: true,
  }));
  const surfaces = Object.values(needs?.surfaces ?? {});
  const ofOperations = surfaces.filter(({ kind }) => kind === "operations")
    .map(({ name, schemas, work = {}, cancel = false }): Queue => ({
      ...place(operations[name]),
      kind: "operation",
      name,
      payload: schemas.input ?? true,
      settings: work,
      mayCancel: cancel,
    }));
  return [...ofJobs, ...ofOperations];
}

/** The queues that a deployment declares no more, and in which something waits. */
export function removedQueues(record: RecordPart): readonly Queue[] {
  const { deployment, materialized } = record;
  const declared = new Set(queuesOf(record).map(({ kind, name }) => `${kind}/${name}`));
  return Object.entries(materialized?.work ?? {}).flatMap(([place, { alias }]): Queue[] => {
    const kind = (["job", "operation"] as const).find((one) => place.startsWith(`${one}/`));
    if (kind === undefined || declared.has(`${kind}/${alias}`)) return [];
    const stream = jobStream(deployment);
    return [{
      deployment,
      kind,
      name: alias,
      binding: { ...NOTHING_BOUND, stream },
      payload: true,
      settings: {},
      mayCancel: false,
      stream,
      records: recordsBucket(deployment),
    }];
  });
}

/** Nobody is given anything of a queue that is not declared. */
const NOTHING_BOUND = { consumers: [], concurrency: 0, ackWaitMs: 0, maxDeliver: 0, backoffMs: [] };

/** The error of a queue that reconciliation has not made yet, or that nobody works on any more. */
export function notMade({ deployment, kind, name, binding }: Queue): ExplainedError {
  if (binding !== undefined) {
    return {
      code: "not_found",
      message: `${name} of ${deployment} is no longer declared; what waits in it is kept`,
      hint: "declare it again, or move or throw away what is left; see it",
      command: [kind === "job" ? "jobs" : "operations", "ls", deployment, name],
    };
  }
  return {
    code: "not_found",
    message: `the queue ${name} of ${deployment} is not made yet`,
    hint: "reconcile the deployment",
    command: ["svc", deployment, "authority", "reconcile"],
  };
}

/** One queue of a deployment, also one that is removed while something waits; the error says which there are. */
export function queueOf(
  record: RecordPart,
  kind: QueueKind,
  name: string,
): Result<Queue, ExplainedError> {
  const queues = [...queuesOf(record), ...removedQueues(record)]
    .filter((queue) => queue.kind === kind);
  const found = queues.find((queue) => queue.name === name);
  if (found !== undefined) return ok(found);
  const names = queues.map((queue) => queue.name).join(", ");
  const what = kind === "job" ? "queue of jobs" : "operation";
  return err({
    code: "not_found",
    message: `${record.deployment} has no ${what} "${name}"`,
    hint: names === "" ? `it has none at all` : `it has ${names}`,
  });
}
