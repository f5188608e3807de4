import { TransportError } from "../../../contracts/errors/transport_error.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { isJobEnded, type JobRecord } from "../../../contracts/stored/job_record.ts";
import { Backoff } from "../../nats/backoff.ts";
import { pause } from "../../nats/pause.ts";
import { isRetryable } from "../../rpc/is_retryable.ts";
import type { WaitForJobOptions } from "../job_types.ts";
import type { RecordStore } from "../record_store.ts";
import { type FindError, findJob } from "./find_job.ts";
import { jobError, type QueueAccess, unrecorded } from "./queue_access.ts";

/** Milliseconds between two looks at a queue that keeps no records: the first, and the longest. */
const FIRST_LOOK_MS = 50;
const LONGEST_LOOK_MS = 1000;
/** Milliseconds after which a record that does not change is looked at again: what was lost changes none. */
const STILL_MS = 300_000;

/**
 * Waits until a job has ended, and answers its result.
 *
 * @param isKnown true where it was created: when it is not there any more, it has ended
 */
export async function waitForJob(
  access: QueueAccess,
  id: string,
  { timeoutMs, signal }: WaitForJobOptions,
  isKnown: boolean,
): Promise<Result<unknown, FindError>> {
  const stop = new AbortController();
  const timer = timeoutMs === undefined
    ? undefined
    : setTimeout(() => stop.abort(), Math.min(timeoutMs, 2 ** 31 - 1));
  const both = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  try {
    const ended = access.records === undefined
      ? await untilGone(access, id, both, isKnown)
      : await untilRecorded(access, access.records, id, both);
    if (ended !== "stopped") return ended;
    return err(signal?.aborted ? aborted(access, id) : late(access, id, timeoutMs));
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}

type Ended = Result<unknown, FindError> | "stopped";

async function untilRecorded(
  access: QueueAccess,
  records: RecordStore,
  id: string,
  signal: AbortSignal,
): Promise<Ended> {
  const backoff = new Backoff(Infinity);
  for (;;) {
    const over = new AbortController();
    const look = AbortSignal.any([signal, over.signal, AbortSignal.timeout(STILL_MS)]);
    const ended = await untilChanged(access, records, id, look);
    over.abort();
    if (signal.aborted) return ended;
    if (ended === "stopped") continue;
    if (!ended.isErr() || !isRetryable(ended.error)) return ended;
    // The server is away: the job is waited for all the same.
    if (!await backoff.pause(signal)) return "stopped";
  }
}

async function untilChanged(
  access: QueueAccess,
  records: RecordStore,
  id: string,
  signal: AbortSignal,
): Promise<Ended> {
  const changes = (await records.watch(id, { signal, includeExisting: true })).take();
  if (isErr(changes)) return signal.aborted ? "stopped" : err(unrecorded(access, changes.error));
  // It is there, or has been: what has never been would be waited for without end.
  const found = (await findJob(access, id)).take();
  if (isErr(found)) return found;
  if (isJobEnded(found.state)) return outcomeOf(access, found);
  for await (const { record } of changes) {
    if (isJobEnded(record.state)) return outcomeOf(access, record);
  }
  return "stopped";
}

async function untilGone(
  access: QueueAccess,
  id: string,
  signal: AbortSignal,
  isKnown: boolean,
): Promise<Ended> {
  let hasBeen = isKnown;
  for (
    let pauseMs = FIRST_LOOK_MS;
    !signal.aborted;
    pauseMs = Math.min(LONGEST_LOOK_MS, pauseMs * 1.5)
  ) {
    const found = (await findJob(access, id)).take();
    if (!isErr(found)) {
      hasBeen = true;
      if (isJobEnded(found.state)) return outcomeOf(access, found);
    } else if (!isRetryable(found.error)) {
      const isGone = found.error.name === "JobError" && found.error.reason === "not_found";
      return isGone && hasBeen ? ok(undefined) : found;
    }
    await pause(pauseMs, signal);
  }
  return "stopped";
}

function outcomeOf(
  access: QueueAccess,
  { id, state, result, error = "", reason }: JobRecord,
): Result<unknown, FindError> {
  const { name } = access.surface;
  if (state === "done") return ok(result);
  if (state === "cancelled") {
    const why = `${name}: ${id} was cancelled${error === "" ? "" : `: ${error}`}`;
    return err(jobError(access, "cancelled", why, id));
  }
  const kind = reason === "expired" ? "expired" : "dead";
  return err(jobError(access, kind, `${name}: ${id} was given up: ${error}`, id));
}

function late({ surface: { name } }: QueueAccess, id: string, timeoutMs = 0): TransportError {
  return new TransportError({
    message: `${name}: ${id} has not ended within ${timeoutMs} ms`,
    code: "trellis.rpc.timeout",
    hint: "wait for longer; the job goes on",
  });
}

function aborted({ surface: { name } }: QueueAccess, id: string): TransportError {
  return new TransportError({
    message: `${name}: nobody waits for ${id} any more`,
    code: "trellis.rpc.aborted",
    hint: "wait again; the job goes on",
  });
}
