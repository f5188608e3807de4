import type { JsonValue } from "../json/json.ts";

/** What becomes of a job, step by step. */
export type JobState = (typeof JOB_STATES)[number];

/** All of its states. */
export const JOB_STATES = [
  /** It waits for a worker. */
  "queued",
  /** It waits for its time, or for its next try. */
  "scheduled",
  /** A worker has it. */
  "running",
  /** A worker has it, and was told to end. */
  "cancelling",
  /** It succeeded. */
  "done",
  /** It was given up. */
  "dead",
  /** Somebody took it back. */
  "cancelled",
] as const;

/**
 * The record of a job, as JSON in the bucket of records. A worker writes it when it begins: what has none and is
 * in the queue waits. Queues that keep nothing have none.
 */
export interface JobRecord {
  readonly id: string;
  readonly state: JobState;
  /** Which try it is, from 1. */
  readonly attempt: number;
  /** ISO 8601 in UTC, as all times here. */
  readonly createdAt: string;
  readonly updatedAt: string;
  /** When it is given up; missing: never, or no worker has had it yet. */
  readonly deadline?: string;
  /** What caused it, as `rpc:<request id>`. */
  readonly cause?: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  /** The process that works on it. */
  readonly worker?: string;
  readonly progress?: JsonValue;
  /** The last lines of its log. */
  readonly logs?: readonly JobLogLine[];
  readonly result?: JsonValue;
  /** Why the last try failed, why it is dead, or why it was cancelled. */
  readonly error?: string;
  /** As which kind of dead letter it was given up: `failed`, `invalid`, `gave_up`, `crashed` or `expired`. */
  readonly reason?: string;
  /**
   * The delivery whose worker has it, or had it last: `<sequence>.<deliveries>.<when it was stored>.<token>`. Whoever was given it later may
   * take it over.
   */
  readonly claim?: string;
}

/** A line that the handler of a job has logged. */
export interface JobLogLine {
  readonly time: string;
  readonly message: string;
}

/** Lines that a record keeps. */
export const MOST_LOG_LINES = 100;

/** True when nothing becomes of it any more by itself. */
export function isJobEnded(state: JobState): boolean {
  return state === "done" || state === "dead" || state === "cancelled";
}

/** The record of a schedule, as JSON under `recordKey("job", queue, cronSlot(name))`: which time was the last one. */
export interface TickRecord {
  /** ISO 8601 in UTC; a job of it was begun, or is not to be. */
  readonly tick: string;
  /** Sequence of the job of that time in its stream; 0: none was seen. */
  readonly sequence: number;
}
