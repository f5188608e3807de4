import { OperationError } from "../../../contracts/errors/operation_error.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { isEnded, type OperationRecord } from "../../../contracts/stored/operation_record.ts";
import { findMessage, findOperation, type FoundOperation, unavailable } from "./find_operation.ts";
import type { OperationPlace } from "./operation_place.ts";

/** Attempts against others who change the same record. */
const ATTEMPTS = 10;
/** Milliseconds that taking it out of the queue may take. */
const REMOVE_MS = 2000;

/**
 * Has an operation end: what waits ends at once, and what is in work is told to. One that has ended in another way is
 * an error.
 */
export async function cancelOperation(
  place: OperationPlace,
  found: FoundOperation,
  reason: string | undefined,
): Promise<Result<FoundOperation, OperationError>> {
  const { surface, records } = place;
  let current = found;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { record, revision } = current;
    const { id, state } = record;
    // Asked again after an answer that was lost, it is what was asked for.
    if (state === "cancelling" || state === "cancelled") return ok(current);
    if (isEnded(state)) return err(endedAlready(place, record));
    const next = {
      ...record,
      state: state === "running" ? "cancelling" as const : "cancelled" as const,
      updatedAt: new Date(await place.now()).toISOString(),
      ...(reason === undefined ? {} : { reason }),
    };
    const written = (await records.write(next, revision)).take();
    if (!isErr(written)) {
      if (next.state === "cancelled") {
        await Promise.all([takeBack(place, id), place.file?.forget(id)]);
      }
      return ok({ record: next, revision: written });
    }
    const { reason: why, message } = written.error;
    const isRace = why === "revision_mismatch" || why === "exists" || why === "unknown_outcome";
    if (!isRace) return err(unavailable(surface.name, id, message));
    const again = (await findOperation(place, id)).take();
    if (isErr(again)) return again;
    current = again;
  }
  return err(unavailable(surface.name, found.record.id, "it changes all the time"));
}

/** A worker that is given what stays there finds that it has ended. */
async function takeBack(place: OperationPlace, id: string): Promise<void> {
  const message = (await findMessage(place, id)).take();
  if (isErr(message) || message === undefined) return;
  await place.queue.remove(message.sequence, performance.now() + REMOVE_MS);
}

/** What an operation that has ended answers to whoever wants something of it. */
export function endedAlready(
  { surface }: OperationPlace,
  { id, state }: Pick<OperationRecord, "id" | "state">,
): OperationError {
  const message = `${surface.name} ${id} is ${state} already`;
  return new OperationError({ reason: "ended", message, id });
}
