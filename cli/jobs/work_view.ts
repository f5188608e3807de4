import { isRecord, type JsonValue } from "../../contracts/json/json.ts";
import type { QueueKind } from "../../contracts/stored/job_names.ts";
import { JOB_STATES, type JobLogLine, type JobState } from "../../contracts/stored/job_record.ts";
import { OPERATION_STATES, type OperationState } from "../../contracts/stored/operation_record.ts";
import type { QueuedMessage } from "./queued_message.ts";

/** How a job or an operation stands. */
export type WorkState = JobState | OperationState;

/** A job or an operation, by what waits in its queue and what its record says. */
export interface WorkView {
  readonly id: string;
  readonly state: WorkState;
  /** Which try it is, from 1. */
  readonly attempt: number;
  /** ISO 8601, as all times here. */
  readonly createdAt: string;
  readonly updatedAt?: string | undefined;
  readonly startedAt?: string | undefined;
  readonly endedAt?: string | undefined;
  /** When it is begun, or tried again. */
  readonly dueAt?: string | undefined;
  /** When it is given up. */
  readonly deadline?: string | undefined;
  /** The process that works on it. */
  readonly worker?: string | undefined;
  /** Who has started it, as `user:ada`; of operations. */
  readonly owner?: string | undefined;
  /** What it waits for, as `signal:approve`; of operations. */
  readonly waitsFor?: string | undefined;
  readonly progress?: JsonValue | undefined;
  /** The result of a job, or the output of an operation. */
  readonly result?: JsonValue | undefined;
  readonly error?: JsonValue | undefined;
  /** Why it was cancelled. */
  readonly reason?: string | undefined;
  readonly logs?: readonly JobLogLine[] | undefined;
  /** What has caused it, as `rpc:<request id>`. */
  readonly cause?: string | undefined;
  /** Digest of the contract of whoever has created it. */
  readonly digest?: string | undefined;
  /** Version of the shape of its payload. */
  readonly payloadVersion?: string | undefined;
}

/** What a record holds, as it is stored. */
export type RecordFields = Readonly<Record<string, unknown>>;

/** States of what is over; a person finds these by records and dead letters alone. */
const ENDED: readonly string[] = ["done", "dead", "completed", "failed", "cancelled"];

/** Whether nothing more becomes of it, unless somebody tries it again. */
export function isOver(state: string): boolean {
  return ENDED.includes(state);
}

/**
 * How something stands.
 *
 * @param message what of it is in the queue
 * @param recorded the state in its record
 */
export function stateOf(
  kind: QueueKind,
  message: Pick<QueuedMessage, "isParked" | "isInWork"> | undefined,
  recorded: string | undefined,
): WorkState {
  const words = WORDS[kind];
  const known = STATES[kind].find((state) => state === recorded);
  if (message === undefined) return known ?? words.queued;
  // What is given up and in the queue again was retried by a person.
  const isFinal = known !== undefined && isOver(known) && known !== words.dead;
  if (isFinal || known === "cancelling" || known === "waiting") return known;
  if (message.isParked) return words.parked;
  return message.isInWork ? "running" : words.queued;
}

/** A job or an operation by what is known of it; undefined where nothing is. */
export function workView(
  kind: QueueKind,
  id: string,
  message: QueuedMessage | undefined,
  record: RecordFields | undefined,
): WorkView | undefined {
  if (message === undefined && record === undefined) return undefined;
  const of = record ?? {};
  const text = (name: string) => typeof of[name] === "string" ? of[name] : undefined;
  const state = stateOf(kind, message, text("state"));
  const attempts = [message?.attempt, of.attempt].filter((value) => typeof value === "number");
  return {
    id,
    state,
    attempt: Math.max(1, ...attempts),
    createdAt: text("createdAt") ?? message?.createdAt ?? "",
    updatedAt: text("updatedAt"),
    startedAt: text("startedAt"),
    endedAt: text("endedAt") ?? (isOver(state) ? text("updatedAt") : undefined),
    dueAt: message?.dueAt,
    deadline: message?.deadline,
    worker: text("worker"),
    owner: text("owner") ?? message?.owner,
    waitsFor: text("waitsFor"),
    progress: json(of.progress),
    result: json(of.result) ?? json(of.output),
    error: json(of.error),
    reason: text("reason"),
    logs: logLines(of.logs),
    cause: message?.cause ?? text("cause"),
    digest: message?.digest,
    payloadVersion: message?.payloadVersion,
  };
}

/** A number of how much is done, where a progress has one: `{ done, total }` or `{ current, total }`. */
export function progressShare(
  progress: unknown,
): { readonly done: number; readonly total: number } | undefined {
  if (!isRecord(progress)) return undefined;
  const { total } = progress;
  const done = progress.done ?? progress.current;
  return typeof done === "number" && typeof total === "number" && total > 0 && done >= 0
    ? { done: Math.min(done, total), total }
    : undefined;
}

/** The states that there are of each kind. */
export const STATES = {
  job: JOB_STATES,
  operation: OPERATION_STATES,
} as const satisfies Readonly<Record<QueueKind, readonly WorkState[]>>;

const WORDS = {
  job: { queued: "queued", parked: "scheduled", dead: "dead" },
  operation: { queued: "pending", parked: "waiting", dead: "failed" },
} as const;

function logLines(logs: unknown): readonly JobLogLine[] | undefined {
  if (!Array.isArray(logs)) return undefined;
  return logs.filter(isRecord).map(({ time, message }) => ({
    time: String(time),
    message: String(message),
  }));
}

/** What was read as JSON is JSON. */
function json(value: unknown): JsonValue | undefined {
  return value as JsonValue | undefined;
}
