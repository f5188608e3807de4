import { OperationError } from "../../../contracts/errors/operation_error.ts";
import { TransferError } from "../../../contracts/errors/transfer_error.ts";
import { TrellisError } from "../../../contracts/errors/trellis_error.ts";
import { ValidationError } from "../../../contracts/errors/validation_error.ts";
import type { JsonValue } from "../../../contracts/json/json.ts";
import { isErr, type Result } from "../../../contracts/result.ts";
import type { OperationRecord } from "../../../contracts/stored/operation_record.ts";
import type { OpenSteps } from "../../consume/steps.ts";
import { readBody } from "../../events/read_body.ts";
import type { QueueRun } from "../../jobs/queue_run.ts";
import type { GrantTo } from "../../transfer/receive/file_grants.ts";
import { type Outcome, outcomeOf, textOf } from "../../work/outcome.ts";
import { claimOperation } from "./claim_operation.ts";
import { HeldOperation } from "./held_operation.ts";
import type { OperationPlace } from "./operation_place.ts";
import { contextOf, UntypedRunningOperation } from "./running_operation.ts";
import { forgetParked } from "./wake_operation.ts";
import type { OperationContext } from "./running_types.ts";

/** A handler as a worker runs it, whatever its types. */
export type UntypedOperationHandler = (
  input: unknown,
  op: UntypedRunningOperation,
  context: OperationContext,
) => Result<unknown, unknown> | PromiseLike<Result<unknown, unknown>>;

/** What works on one operation of a service. */
export interface OperationWork {
  readonly place: OperationPlace;
  readonly handler: UntypedOperationHandler;
  readonly steps: OpenSteps;
  /** What grants files to somebody; missing where the operation grants none. */
  readonly grants: GrantTo | undefined;
  /** Whether an operation that waits may give up its place in the queue. */
  readonly mayLeave: boolean;
  /** Is given what is in work here, to let it look when callers want something of it; answers what ends that. */
  readonly follow: (held: HeldOperation) => () => void;
}

/** Works on an operation that was delivered, if it may still be worked on. Never rejects. */
export async function runOperation(
  work: OperationWork,
  run: QueueRun,
  begun: (held: HeldOperation) => void,
): Promise<Outcome> {
  const held = await claimOperation(work.place, run);
  if (!(held instanceof HeldOperation)) return held;
  begun(held);
  const unfollow = work.follow(held);
  try {
    const outcome = await Promise.race([handle(work, run, held), held.interrupted]);
    if (held.hasWaited && outcome.kind === "done") await forgetParked(work.place, run.item);
    return outcome;
  } finally {
    unfollow();
    held.release();
  }
}

async function handle(work: OperationWork, run: QueueRun, held: HeldOperation): Promise<Outcome> {
  const { place, handler, steps, mayLeave } = work;
  const { surface, log } = place;
  const input = readBody(surface.start.input, run.delivery.data).take();
  if (isErr(input)) return { kind: "invalid", reason: "its input does not fit what is declared" };
  const info = place.file?.infoOf(input, surface.name).take();
  if (isErr(info)) return { kind: "invalid", reason: "no store would keep its file as it says" };
  const deadline = Date.parse(run.item.deadline ?? "");
  const signal = AbortSignal.any([held.signal, run.signal()]);
  const op = new UntypedRunningOperation(
    {
      place,
      held,
      steps,
      mayLeave,
      deadline: Number.isNaN(deadline) ? Infinity : deadline,
    },
    run.tries,
    info,
    signal,
    work.grants?.({ owner: held.record.owner }),
  );
  let result: Result<unknown, unknown>;
  try {
    result = await handler(input, op, contextOf(run, signal));
  } catch (cause) {
    if (held.isCancelling) return await conclude(held, { state: "cancelled" });
    const { id, attempt } = op;
    if (!held.signal.aborted) log.error(`${surface.name} threw`, { operation: id, attempt, cause });
    const outcome = outcomeOf(cause);
    return outcome.kind === "failed" ? { kind: "failed", error: textOf(cause) } : outcome;
  }
  if (held.isCancelling) return await conclude(held, { state: "cancelled" });
  if (result.isOk()) return await complete(place, held, result.value);
  const error = result.isErr() ? result.error : undefined;
  if (!isFinal(place, error)) return outcomeOf(error);
  // What a declared error is made of fits JSON.
  return await conclude(held, { state: "failed", error: error.toSerializable() as JsonValue });
}

async function complete(
  { surface, log }: OperationPlace,
  held: HeldOperation,
  output: unknown,
): Promise<Outcome> {
  if (surface.output.check(output)) {
    // What fits a JSON Schema is JSON.
    return await conclude(held, { state: "completed", output: output as JsonValue });
  }
  const [issue] = surface.output.issues(output);
  const error = `its output does not fit its schema: ${issue?.path || "/"} ${issue?.message ?? ""}`;
  log.error(`${surface.name}: ${error}`, { operation: held.record.id });
  return { kind: "failed", error };
}

/** True for an error that ends an operation; any other is a try that has failed. */
function isFinal(
  { surface }: OperationPlace,
  error: unknown,
): error is TrellisError<{ type: string; message: string }> {
  // What may pass is tried again.
  if (error instanceof TransferError && error.retryable) return false;
  return error instanceof TrellisError &&
    (surface.declared.has(error.name) || error instanceof ValidationError);
}

/** Writes how it has ended; only then it is done. */
async function conclude(held: HeldOperation, change: Partial<OperationRecord>): Promise<Outcome> {
  const written = await held.conclude(change);
  if (written === "taken") return { kind: "taken" };
  if (written === "unwritten") return { kind: "failed", error: "its end could not be written" };
  if (written === "too_large") return { kind: "failed", error: "what it ends with is too large" };
  return { kind: "done" };
}

/** How an operation ends that is given up. What its handler has thrown is for the log and the dead letter. */
export function givenUp(
  name: string,
  id: string,
  { reason, tries }: { readonly reason: string; readonly tries: number },
): Partial<OperationRecord> {
  const isExpired = reason === "expired";
  const error = new OperationError({
    id,
    reason: isExpired ? "expired" : "dead",
    message: isExpired
      ? `${name} ${id} did not end before its deadline`
      : `${name} ${id} was given up (${reason}) at try ${tries}; its dead letter says why`,
  });
  return {
    state: "failed",
    attempt: tries,
    waitsFor: undefined,
    error: { ...error.toSerializable() },
  };
}
