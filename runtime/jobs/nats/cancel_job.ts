import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import type { JobRecord, JobState } from "../../../contracts/stored/job_record.ts";
import type { WriteCondition } from "../../kv/kv_bucket.ts";
import type { StoredMessage } from "../../nats/jetstream/stored_message.ts";
import { isRaced, type RecordStore } from "../record_store.ts";
import { FIND_MS, type FindError, findMessage } from "./find_job.ts";
import {
  isWaiting,
  itemOf,
  jobError,
  notFound,
  type QueueAccess,
  unread,
  unrecorded,
  waitingRecord,
} from "./queue_access.ts";

/** How often it is tried again when others write the record at the same time. */
const RACES = 20;

/** Takes a job back, and answers what it is then. */
export async function cancelJob(
  access: QueueAccess,
  id: string,
  reason: string | undefined,
): Promise<Result<JobState, FindError>> {
  return access.records === undefined
    ? await removeWaiting(access, id)
    : await cancelRecorded(access, access.records, id, reason);
}

/** Without records what waits can be removed, and what is in work cannot be told. */
async function removeWaiting(
  access: QueueAccess,
  id: string,
): Promise<Result<JobState, FindError>> {
  const message = (await findMessage(access, id)).take();
  if (isErr(message)) return message;
  if (message === undefined) return err(notFound(access, id));
  if (await isWaiting(access, message, performance.now() + FIND_MS) !== true) {
    const { name } = access.surface;
    const why =
      `${name}: ${id} was given to a worker, and the queue keeps no records by which it ` +
      "could be told to end";
    return err(jobError(access, "running", why, id));
  }
  return await remove(access, message);
}

/** Whoever writes the record first decides: the worker that begins the job, or this. */
async function cancelRecorded(
  access: QueueAccess,
  records: RecordStore,
  id: string,
  reason: string | undefined,
): Promise<Result<JobState, FindError>> {
  for (let races = 0; races < RACES; races++) {
    const kept = (await records.read(id)).take();
    if (isErr(kept)) return err(unrecorded(access, kept.error));
    const before = kept?.record;
    const state = before?.state;
    if (state === "done" || state === "cancelled") return ok(state);
    const message = (await findMessage(access, id)).take();
    if (isErr(message)) return message;
    // What nothing stands for in the queue is given to no worker that could end it.
    if (message !== undefined && state === "cancelling") return ok(state);
    if (message === undefined) {
      if (state === "dead") return ok(state);
      if (before === undefined) return err(notFound(access, id));
    }
    const now = new Date().toISOString();
    const ends = state !== "running" || message === undefined;
    const record: JobRecord = {
      ...(before ?? waitingRecord(itemOf(access, message!), message!)),
      state: ends ? "cancelled" : "cancelling",
      updatedAt: now,
      ...(ends ? { endedAt: now } : {}),
      ...(reason === undefined ? {} : { error: reason }),
    };
    const when: WriteCondition = kept === undefined
      ? { kind: "absent" }
      : { kind: "revision", revision: kept.revision };
    const keepMs = ends ? access.surface.keepDoneMs : undefined;
    const written = (await records.write(id, record, when, keepMs)).take();
    if (isErr(written) && isRaced(written.error)) continue;
    if (isErr(written)) return err(unrecorded(access, written.error));
    if (!ends) return ok("cancelling");
    return message === undefined ? ok("cancelled") : await remove(access, message);
  }
  const why = `${access.surface.name}: the record of ${id} is written by others all the time`;
  return err(jobError(access, "running", why, id));
}

async function remove(
  access: QueueAccess,
  { sequence }: StoredMessage,
): Promise<Result<JobState, FindError>> {
  const removed = await access.stream.remove(sequence, performance.now() + FIND_MS);
  return removed.map((): JobState => "cancelled").mapErr((failure) => unread(access, failure));
}
