import type { ValidationError } from "../../contracts/errors/validation_error.ts";
import { isRecord } from "../../contracts/json/json.ts";
import type { Result } from "../../contracts/result.ts";
import type { OutboxJob } from "../../contracts/stored/outbox.ts";
import type { CreateJobOptions } from "./job_types.ts";
import type { JobSurface } from "./job_surface.ts";
import { type JobPlan, planJob } from "./plan_job.ts";
import type { PlacedEntry, QueueEntry } from "./queue_entry.ts";

/** A job that is committed together with values, and put into its queue then. */
export interface PreparedJob {
  readonly job: OutboxJob;
  readonly entry: QueueEntry;
}

/** Makes the job of a payload, for a transaction. */
export type PrepareJob = (
  payload: unknown,
  options?: CreateJobOptions,
) => Result<PreparedJob, ValidationError>;

/**
 * Decides where a job of a transaction will stand.
 *
 * @param now milliseconds since 1970 by the clock of the server, as far as it is known: a transaction waits for nothing
 */
export function prepareJob(
  surface: JobSurface,
  payload: unknown,
  now: number,
  options: CreateJobOptions = {},
): Result<PreparedJob, ValidationError> {
  return planJob(surface, payload, { options, marks: {}, now }).map((plan) => {
    const { slots, isOnly } = plan;
    const entry = plan.entry(slots[0]!);
    const { class: priority, lane, runAt } = entry;
    const job = { queue: surface.name, class: priority, lane, slots, isOnly };
    return { entry, job: runAt === undefined ? job : { ...job, runAt } };
  });
}

/** A job as a bucket has kept it. */
export interface RelayedJob {
  readonly job: OutboxJob;
  readonly id: string;
  readonly body: Uint8Array;
  /** Its own header lines, each ended as a header is. */
  readonly lines: string;
}

/** What such a job is put into its queue by. */
export function relayedPlan({ job, id, body, lines }: RelayedJob): JobPlan<PlacedEntry> {
  const { slots, isOnly, runAt, class: priority, lane } = job;
  return {
    slots,
    isOnly,
    isLater: runAt !== undefined,
    entry: (slot) => ({ id, class: priority, lane, slot, body, runAt, lines }),
  };
}

/** Reads what was kept of where a job goes; undefined when it is none. */
export function readOutboxJob(text: string): OutboxJob | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const isJob = isRecord(value) && typeof value.queue === "string" &&
    typeof value.class === "number" && typeof value.lane === "number" &&
    typeof value.isOnly === "boolean" && Array.isArray(value.slots) && value.slots.length > 0;
  return isJob ? value as object as OutboxJob : undefined;
}
