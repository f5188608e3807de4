import type { TransportError } from "../../../contracts/errors/transport_error.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import type { JobRecord, JobState } from "../../../contracts/stored/job_record.ts";
import {
  DEAD_ERROR_HEADER,
  DEAD_REASON_HEADER,
  DEAD_TRIES_HEADER,
} from "../../../contracts/stored/work_headers.ts";
import { deadSubject } from "../../../contracts/stored/work_names.ts";
import { headerValue } from "../../nats/headers/received_headers.ts";
import { lookAgain } from "../../nats/jetstream/look_again.ts";
import type { StoredMessage } from "../../nats/jetstream/stored_message.ts";
import { StreamApi } from "../../nats/jetstream/stream_api.ts";
import { JOB_TIME_HEADER } from "../../../contracts/stored/work_headers.ts";
import type { JobError } from "../job_error.ts";
import type { KeptRecord } from "../record_store.ts";
import type { ListJobsOptions } from "../job_types.ts";
import { slotOfId } from "../queue_key.ts";
import { endLost, mayBeLost } from "./end_lost.ts";
import {
  itemOf,
  notFound,
  type QueueAccess,
  unread,
  unrecorded,
  waitingRecord,
} from "./queue_access.ts";

/** Milliseconds that looking for jobs may take. */
export const FIND_MS = 5000;
const LIST_MS = 20_000;
const DEFAULT_LIMIT = 100;
const MOST_LISTED = 1000;

/** Why nothing was found. */
export type FindError = JobError | TransportError;

/** What is known of a job. */
export function findJob(
  access: QueueAccess,
  id: string,
): Promise<Result<JobRecord, FindError>> {
  return lookAgain(
    access.requests,
    () => look(access, id),
    (error) => error.name === "JobError" && error.reason === "not_found",
  );
}

async function look(
  access: QueueAccess,
  id: string,
): Promise<Result<JobRecord, FindError>> {
  for (let hasLooked = false;; hasLooked = true) {
    const kept = (await readRecord(access, id)).take();
    if (isErr(kept)) return kept;
    const certain = kept !== undefined && isCertain(kept.record.state) ? kept.record : undefined;
    const isLost = kept !== undefined && await mayBeLost(access, kept.record);
    if (certain !== undefined && !isLost) return ok(certain);
    const message = (await findMessage(access, id)).take();
    if (isErr(message)) return message;
    if (message !== undefined) {
      return ok(certain ?? waitingRecord(itemOf(access, message), message));
    }
    if (isLost) {
      const ended = (await endLost(access, kept)).take();
      if (isErr(ended)) return ended;
      if (ended !== undefined) return ok(ended);
    } else if (kept !== undefined) return ok(kept.record);
    else if (hasLooked) {
      const letter = (await findLetter(access, id)).take();
      if (isErr(letter)) return letter;
      return letter === undefined ? err(notFound(access, id)) : ok(deadRecord(id, letter));
    }
    // It may have ended since its record was read.
  }
}

/** A record that says that a job waits may be older than what the queue says. */
function isCertain(state: JobState): boolean {
  return state !== "queued" && state !== "scheduled";
}

async function readRecord(
  access: QueueAccess,
  id: string,
): Promise<Result<KeptRecord | undefined, TransportError>> {
  if (access.records === undefined) return ok(undefined);
  const kept = await access.records.read(id);
  return kept.map((found) => found?.record && { ...found, record: found.record })
    .mapErr((error) => unrecorded(access, error));
}

/** The message of a job in its queue; undefined when there is none. */
export async function findMessage(
  access: QueueAccess,
  id: string,
): Promise<Result<StoredMessage | undefined, TransportError>> {
  const { stream, surface: { declared } } = access;
  const deadline = performance.now() + FIND_MS;
  const slots = new Set([slotOfId(id), id]);
  for (const slot of slots) {
    const found = (await stream.find(slot, deadline)).take();
    if (isErr(found)) return err(unread(access, found.error));
    if (found !== undefined && itemOf(access, found).id === id) return ok(found);
  }
  const isElsewhere = declared.unique !== undefined || declared.schedules !== undefined ||
    declared.queue?.maxQueuedPerKey !== undefined;
  if (!isElsewhere || slotOfId(id).startsWith("u-")) return ok(undefined);
  // Its author has given it an id, which does not tell the slot of its key.
  for await (const message of stream.messages(deadline)) {
    const found = message.take();
    if (isErr(found)) return err(unread(access, found.error));
    if (itemOf(access, found).id === id) return ok(found);
  }
  return ok(undefined);
}

async function findLetter(
  access: QueueAccess,
  id: string,
): Promise<Result<StoredMessage | undefined, TransportError>> {
  const { dead, requests, stream: { owner: { deployment, kind, queue } } } = access;
  if (dead === undefined) return ok(undefined);
  const last = deadSubject(deployment, kind, queue, id);
  const found = await new StreamApi(requests, dead).message({ last }, performance.now() + FIND_MS);
  return found.mapErr((failure) => unread(access, failure));
}

function deadRecord(id: string, { headers, writtenAt }: StoredMessage): JobRecord {
  const time = new Date(writtenAt).toISOString();
  return {
    id,
    state: "dead",
    attempt: Number(headerValue(headers, DEAD_TRIES_HEADER) ?? 1),
    createdAt: headerValue(headers, JOB_TIME_HEADER) ?? time,
    updatedAt: time,
    endedAt: time,
    reason: headerValue(headers, DEAD_REASON_HEADER) ?? "failed",
    error: headerValue(headers, DEAD_ERROR_HEADER) ?? "",
  };
}

/** Jobs that wait, oldest first, and those that have records. */
export async function listJobs(
  access: QueueAccess,
  { state, limit = DEFAULT_LIMIT }: ListJobsOptions,
): Promise<Result<readonly JobRecord[], FindError>> {
  const most = Math.max(1, Math.min(MOST_LISTED, Math.floor(limit)));
  const { records } = access;
  const passes = (record: JobRecord) => state === undefined || record.state === state;
  const found = new Map<string, JobRecord>();
  if (records !== undefined && state !== "queued") {
    const kept = (await records.list(passes, most)).take();
    if (isErr(kept)) return err(unrecorded(access, kept.error));
    for (const record of kept) found.set(record.id, record);
  }
  if (state !== undefined && isCertain(state)) return ok([...found.values()]);
  const deadline = performance.now() + LIST_MS;
  for await (const message of access.stream.messages(deadline)) {
    const read = message.take();
    if (isErr(read)) return err(unread(access, read.error));
    const waiting = waitingRecord(itemOf(access, read), read);
    if (!passes(waiting) || found.has(waiting.id)) continue;
    if (found.size >= most) break;
    const kept = (await readRecord(access, waiting.id)).take();
    if (isErr(kept)) return kept;
    // It is in work.
    if (kept !== undefined && isCertain(kept.record.state)) continue;
    found.set(waiting.id, kept === undefined ? waiting : { ...kept.record, ...waiting });
  }
  return ok([...found.values()].slice(0, most));
}
