import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import type { TransportError } from "../../../contracts/errors/transport_error.ts";
import type { JobRecord } from "../../../contracts/stored/job_record.ts";
import { isJobEnded } from "../../../contracts/stored/job_record.ts";
import { isRaced, type KeptRecord } from "../record_store.ts";
import { parseScheduledId } from "../scheduled_id.ts";
import { type QueueAccess, unrecorded } from "./queue_access.ts";

/** Milliseconds after its deadline by which whoever works on a job has ended it. */
const MARGIN_MS = 60_000;

/** Whether a job has ended for good when nothing stands for it in the queue: nobody may still work on it. */
export async function mayBeLost(
  { now }: QueueAccess,
  { id, state, deadline }: JobRecord,
): Promise<boolean> {
  // Jobs of schedules arrive in a slot of their schedule, from which their id cannot be told exactly.
  if (isJobEnded(state) || parseScheduledId(id) !== undefined) return false;
  if (state === "queued" || state === "scheduled") return true;
  // Without a deadline it may be in work for as long as it likes.
  return deadline !== undefined && await now() > Date.parse(deadline) + MARGIN_MS;
}

/**
 * Ends a job of which only the record is left: its message was deleted, or its stream was. What waits is taken back
 * so; what was in work has expired. Undefined when its record was changed since it was read.
 */
export async function endLost(
  access: QueueAccess,
  { record, revision }: KeptRecord,
): Promise<Result<JobRecord | undefined, TransportError>> {
  const { records, surface: { keepDeadMs, keepDoneMs } } = access;
  const now = new Date().toISOString();
  const isExpired = record.state === "running";
  const ended: JobRecord = {
    ...record,
    ...(isExpired
      ? { state: "dead", reason: "expired", error: `its deadline ${record.deadline} has passed` }
      : { state: "cancelled", error: record.error ?? "it was removed from its queue" }),
    updatedAt: now,
    endedAt: now,
  };
  const when = { kind: "revision", revision } as const;
  const written =
    (await records?.write(record.id, ended, when, isExpired ? keepDeadMs : keepDoneMs))
      ?.take();
  if (!isErr(written)) return ok(ended);
  return isRaced(written.error) ? ok(undefined) : err(unrecorded(access, written.error));
}
