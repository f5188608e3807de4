import type { TransportError } from "../../../contracts/errors/transport_error.ts";
import type { ValidationError } from "../../../contracts/errors/validation_error.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import type { HandedOver } from "../../rpc/call_options.ts";
import type { StoredMessage } from "../../nats/jetstream/stored_message.ts";
import type { JobError } from "../job_error.ts";
import type { CreateJobOptions } from "../job_types.ts";
import { type JobPlan, planJob } from "../plan_job.ts";
import {
  isWaiting,
  itemOf,
  jobError,
  type QueueAccess,
  unread,
  unstoredJob,
} from "./queue_access.ts";

const DEFAULT_TIMEOUT_MS = 5000;
/** How often it is tried again when what was in the way is gone by then. */
const RACES = 10;

/** Why a job was not created. */
export type CreateError = ValidationError | TransportError | JobError;

/** What a job is created with, by people and by what they run in. */
export type CreateOptions = CreateJobOptions & HandedOver;

/** Puts a job into its queue and answers its id; that of the one that is there, where that is what is declared. */
export async function createJob(
  access: QueueAccess,
  payload: unknown,
  options: CreateOptions,
): Promise<Result<string, CreateError>> {
  const { surface, stream, digest } = access;
  const deadline = performance.now() + (options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  const { cause, span, traceparent, tracestate } = options;
  const plan = planJob(surface, payload, {
    options,
    marks: { cause, span, traceparent, tracestate, digest },
    now: asksForTime(access, options) ? await access.now() : Date.now(),
  }).take();
  if (isErr(plan)) return plan;
  if (plan.isLater && stream.binding.schedules !== true) {
    const message = `${surface.name}: a job that waits for a time needs NATS 2.12 or later`;
    return err(jobError(access, "unsupported", message));
  }
  return await storeJob(access, plan, deadline);
}

/** Stores a job in one of its slots; answers the id of the one that is there, where that is what is declared. */
export async function storeJob(
  access: QueueAccess,
  plan: JobPlan,
  deadline: number,
): Promise<Result<string, TransportError | JobError>> {
  for (let races = 0; races < RACES; races++) {
    const done = await attempt(access, plan, deadline);
    if (done !== "again") return done;
  }
  return err(full(access, undefined));
}

/** The clock of the server decides when something is due: that of this machine may be off. */
function asksForTime({ surface }: QueueAccess, options: CreateOptions): boolean {
  const { delayMs, at, deadlineMs = surface.declared.defaultDeadlineMs } = options;
  return delayMs !== undefined || at !== undefined || deadlineMs !== undefined;
}

async function attempt(
  access: QueueAccess,
  plan: JobPlan,
  deadline: number,
): Promise<Result<string, TransportError | JobError> | "again"> {
  for (const slot of plan.slots) {
    const entry = plan.entry(slot);
    const stored = (await access.stream.enqueue(entry, { isOnly: plan.isOnly, deadline })).take();
    if (isErr(stored)) return err(unstoredJob(access, stored.error));
    if (stored.kind === "stored") return ok(entry.id);
  }
  return await whenFull(access, plan, deadline);
}

/** What becomes of a job whose key has as many as may be unfinished. */
async function whenFull(
  access: QueueAccess,
  plan: JobPlan,
  deadline: number,
): Promise<Result<string, TransportError | JobError> | "again"> {
  const there: StoredMessage[] = [];
  for (const slot of plan.slots) {
    const found = (await access.stream.find(slot, deadline)).take();
    if (isErr(found)) return err(unread(access, found.error));
    // It has ended since.
    if (found === undefined) return "again";
    there.push(found);
  }
  const oldest = there.sort((a, b) => a.sequence - b.sequence)[0]!;
  const { id } = itemOf(access, oldest);
  const { whenFull = "reject" } = access.surface.declared.queue ?? {};
  if (whenFull === "coalesce") return ok(id);
  if (whenFull === "replace-oldest") {
    for (const message of there) {
      if (await isWaiting(access, message, deadline) !== true) continue;
      const removed = (await access.stream.remove(message.sequence, deadline)).take();
      return isErr(removed) ? err(unread(access, removed.error)) : "again";
    }
  }
  return err(full(access, id));
}

function full(access: QueueAccess, id: string | undefined): JobError {
  const { name, declared: { unique } } = access.surface;
  if (unique === undefined) {
    const message = `${name}: as many jobs of this key as may wait are not finished`;
    return jobError(access, "full", message, id);
  }
  const message = `${name}: a job of this key is not finished${id === undefined ? "" : `: ${id}`}`;
  return jobError(access, "duplicate", message, id);
}
