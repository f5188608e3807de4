import type { JsonValue } from "../json/json.ts";

/** What becomes of an operation, step by step. */
export type OperationState = (typeof OPERATION_STATES)[number];

/** All of its states. */
export const OPERATION_STATES = [
  /** It was accepted and waits for a worker. */
  "pending",
  /** A worker has it. */
  "running",
  /** It waits for a signal or a time, and no worker has it. */
  "waiting",
  /** It was told to end. */
  "cancelling",
  "completed",
  "failed",
  "cancelled",
] as const;

/**
 * The record of an operation, as JSON in the bucket of records, and what those who watch it are sent. A worker
 * writes it first when it begins; what has none and is in the queue is `pending`.
 */
export interface OperationRecord {
  readonly id: string;
  /** As it is declared: `Report.Export`. */
  readonly operation: string;
  /** Who started it, as `user:ada`. */
  readonly owner: string;
  readonly state: OperationState;
  /** Which try it is, from 1; 0 while no worker has had it. */
  readonly attempt: number;
  readonly progress?: JsonValue;
  readonly output?: JsonValue;
  /** A declared error as it is sent, or why it was given up. */
  readonly error?: JsonValue;
  /** The reason that came with a cancellation. */
  readonly reason?: string;
  /** ISO 8601 in UTC, as all times here. */
  readonly createdAt: string;
  /** What caused it, as `rpc:<request id>`. */
  readonly cause?: string;
  readonly updatedAt: string;
  /** When its worker was last known to live. */
  readonly heartbeatAt?: string;
  /** What it waits for, as `signal:approve`. */
  readonly waitsFor?: string;
  /** What has become of the file that comes with it; missing while nothing is known of it but its chunks. */
  readonly transfer?: TransferRecord;
  /**
   * The delivery whose worker has it, or had it last: `<sequence>.<deliveries>.<when it was stored>.<token>`. Whoever was given it later may
   * take it over; who finds another here has lost it.
   */
  readonly claim?: string;
}

/** What has become of the file that comes with an operation. */
export interface TransferRecord {
  /**
   * Its worker puts it together; the store has it; or it was not what its sender has said, or the store did not take
   * it, and it may be committed again.
   */
  readonly state: "storing" | "stored" | "refused";
  /** Bytes of it that are stored so far. */
  readonly bytes: number;
  /** Bytes of all of it. */
  readonly size: number;
  /** The commit that this is about, counted from 1. */
  readonly commit: number;
  /** Why it was refused: the data of a `TransferError`. */
  readonly error?: JsonValue;
}

/** True when nothing can become of it any more. */
export function isEnded(state: OperationState): boolean {
  return state === "completed" || state === "failed" || state === "cancelled";
}
