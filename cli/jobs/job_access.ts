import { ulid } from "ulid";
import type { ManifestJob } from "../../contracts/manifest/manifest.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import { queueName } from "../../contracts/stored/job_names.ts";
import type { JobState } from "../../contracts/stored/job_record.ts";
import type { JobNeed } from "../../reconcile/needs/need_types.ts";
import { serverTime } from "../../runtime/nats/jetstream/server_time.ts";
import { type JobSurface, jobSurface } from "../../runtime/jobs/job_surface.ts";
import type { CreateJobOptions } from "../../runtime/jobs/job_types.ts";
import { cancelJob } from "../../runtime/jobs/nats/cancel_job.ts";
import { createJob } from "../../runtime/jobs/nats/create_job.ts";
import { recordsOpener } from "../../runtime/jobs/nats/open_records.ts";
import type { QueueAccess } from "../../runtime/jobs/nats/queue_access.ts";
import { QueueStream } from "../../runtime/jobs/nats/queue_stream.ts";
import { RecordStore } from "../../runtime/jobs/record_store.ts";
import { inboxPrefix } from "../../runtime/nats/connection.ts";
import { JetStreamRequests } from "../../runtime/nats/jetstream/jetstream_requests.ts";
import { auditNotes } from "../program/audit_notes.ts";
import type { ExplainedError } from "../program/command_context.ts";
import type { DataEditor } from "../program/data_audit.ts";
import { explained } from "./explained_error.ts";
import type { OpenQueue } from "./open_queue.ts";
import { notMade } from "./queues.ts";

/** Puts a job into a queue, as the service itself does, and answers its id. It is told to the audit history first. */
export async function createJobBy(
  editor: DataEditor,
  open: OpenQueue,
  payload: unknown,
  options: CreateJobOptions,
): Promise<Result<string, ExplainedError>> {
  const access = accessOf(open, editor).take();
  if (isErr(access)) return access;
  const { unique, queue } = access.surface.declared;
  // The id of what has a key says which, so that it can be found by it.
  const isKeyed = unique !== undefined || queue?.maxQueuedPerKey !== undefined;
  const id = options.id ?? (isKeyed ? undefined : ulid());
  const noted = (await noteJob(editor, "job.created", open, id === undefined ? {} : { id })).take();
  if (isErr(noted)) return noted;
  const created = await createJob(access, payload, id === undefined ? options : { ...options, id });
  return created.mapErr((error) => explained(error, open.queue));
}

/** Takes a job back, and answers what it is then. It is told to the audit history first. */
export async function cancelJobBy(
  editor: DataEditor,
  open: OpenQueue,
  id: string,
  reason: string | undefined,
): Promise<Result<JobState, ExplainedError>> {
  const access = accessOf(open, editor).take();
  if (isErr(access)) return access;
  const why: Record<string, string> = reason === undefined ? {} : { reason };
  const noted = (await noteJob(editor, "job.cancelled", open, { id, ...why })).take();
  if (isErr(noted)) return noted;
  return (await cancelJob(access, id, reason)).mapErr((error) => explained(error, open.queue));
}

async function noteJob(
  editor: DataEditor,
  kind: "job.created" | "job.cancelled",
  { queue: { deployment, name } }: OpenQueue,
  details: Readonly<Record<string, string>>,
): Promise<Result<void, ExplainedError>> {
  const note = await auditNotes(editor);
  return await note({
    kind,
    by: editor.by,
    subject: deployment,
    details: { queue: name, ...details },
  });
}

/** A queue as its service reaches it; the error says that it is not made, or not there any more. */
export function accessOf(
  { queue, record }: OpenQueue,
  { messaging }: DataEditor,
): Result<QueueAccess, ExplainedError> {
  const { deployment, kind, name, binding, records } = queue;
  const needs = record.desired?.needs;
  const need = needs?.jobs?.[name];
  if (binding === undefined || needs === undefined || need === undefined) {
    return err(notMade(queue));
  }
  const requests = JetStreamRequests.of(messaging.line, inboxPrefix(messaging.session));
  const surface = surfaceOf(name, need);
  const owner = { deployment, kind, queue: queueName(name) };
  const { dead, steps } = record.materialized?.bindings ?? {};
  return ok({
    surface,
    stream: new QueueStream({ ...owner, requests, binding }),
    requests,
    records: surface.keepsRecords
      ? new RecordStore(recordsOpener(messaging, deployment, records), kind, owner.queue)
      : undefined,
    dead,
    digest: needs.digest,
    now: serverTime(requests, steps ?? records),
  });
}

/** What a record keeps of a queue, as its service reads it in its contract. */
export function surfaceOf(
  name: string,
  { payload, payloadVersion, acceptedVersions = {}, result, settings }: JobNeed,
): JobSurface {
  const named = (version: string) => `accepted ${version}`;
  const accepted = Object.entries(acceptedVersions);
  const job: ManifestJob = {
    // They were checked as members of a manifest before they were accepted.
    ...settings as Omit<ManifestJob, "payload">,
    payload: { schema: "payload" },
    ...(payloadVersion === undefined ? {} : { payloadVersion }),
    acceptedVersions: Object.fromEntries(
      accepted.map(([version]) => [version, { schema: named(version) }]),
    ),
    ...(result === undefined ? {} : { result: { schema: "result" } }),
  };
  const schemas = {
    payload,
    ...(result === undefined ? {} : { result }),
    ...Object.fromEntries(accepted.map(([version, schema]) => [named(version), schema])),
  };
  return jobSurface({ id: name, jobs: { [name]: job }, schemas }, name);
}
