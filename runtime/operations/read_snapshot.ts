import { OperationError } from "../../contracts/errors/operation_error.ts";
import type { TransportError } from "../../contracts/errors/transport_error.ts";
import { err, ok, type Result } from "../../contracts/result.ts";
import type { OperationState, TransferRecord } from "../../contracts/stored/operation_record.ts";
import { decodeError, malformedReply } from "../rpc/error_envelope.ts";
import type { StoredOperation } from "./operation_control.ts";
import type { OperationSurface } from "./operation_surface.ts";

/** An operation at one moment, as untyped code sees it. */
export interface UntypedSnapshot {
  readonly id: string;
  readonly revision: number;
  readonly state: OperationState;
  readonly attempt: number;
  readonly progress?: unknown;
  readonly waitsFor?: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly heartbeatAt?: string;
  readonly output?: unknown;
  readonly error?: Error;
  readonly reason?: string;
  /** What has become of the file that comes with it. */
  readonly transfer?: TransferRecord;
}

/**
 * What a record says, checked against what is declared today: a record of an earlier version may not fit. An output
 * that does not is an error; progress that does not is left out.
 */
export function readSnapshot(
  { name, declared, output, progress }: OperationSurface,
  { record, revision }: StoredOperation,
): Result<UntypedSnapshot, TransportError> {
  const { operation: _, owner: _owner, claim: _claim, ...seen } = record;
  const { id, state, error } = record;
  const fits = progress.check(record.progress);
  const snapshot = { ...seen, revision, progress: fits ? record.progress : undefined };
  if (state === "failed") {
    return ok({ ...snapshot, error: decodeError(JSON.stringify(error), declared, name) });
  }
  if (state !== "completed" || output.check(record.output)) {
    return ok({ ...snapshot, error: undefined });
  }
  const [issue] = output.issues(record.output);
  const misfit = `${issue?.path || "/"} ${issue?.message ?? ""}`;
  return err(malformedReply(name, `the output of ${id} does not fit: ${misfit}`));
}

/** What has become of an operation that has ended; undefined for one that has not. */
export function outcomeIn(
  { id, state, output, error, reason }: UntypedSnapshot,
): Result<unknown, Error> | undefined {
  switch (state) {
    case "completed":
      return ok(output);
    case "failed":
      return err(error!);
    case "cancelled": {
      const message = `${id} was cancelled${reason === undefined ? "" : `: ${reason}`}`;
      return err(new OperationError({ reason: "cancelled", message, id }));
    }
    default:
      return undefined;
  }
}
