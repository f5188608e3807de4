import { isErr } from "../../../contracts/result.ts";
import { isEnded, type OperationRecord } from "../../../contracts/stored/operation_record.ts";
import { findMessage, type FoundOperation, readRecord } from "./find_operation.ts";
import { deadlineOf, type OperationPlace } from "./operation_place.ts";
import { givenUp } from "./run_operation.ts";

/** Milliseconds after its deadline by which whoever works on an operation has ended it. */
const MARGIN_MS = 60_000;

/**
 * Ends an operation of which only the record is left: its message was deleted, or its stream was. No worker is ever
 * given it, so it has expired at its deadline. Answers the operation as it is then.
 */
export async function endLost(
  place: OperationPlace,
  found: FoundOperation,
): Promise<FoundOperation> {
  const { surface, records, log } = place;
  const { record, revision } = found;
  const { id, state, attempt } = record;
  if (isEnded(state) || revision === 0) return found;
  const now = await place.now();
  if (now < deadlineOf(place, record) + MARGIN_MS) return found;
  const message = (await findMessage(place, id)).take();
  if (isErr(message) || message !== undefined) return found;
  const end: Partial<OperationRecord> = state === "cancelling"
    ? { state: "cancelled" }
    : givenUp(surface.name, id, { reason: "expired", tries: attempt });
  const ended = { ...record, ...end, updatedAt: new Date(now).toISOString() };
  const written = (await records.write(ended, revision)).take();
  if (!isErr(written)) {
    log.warn(`${surface.name} ${id} has expired: nothing stands for it in the queue any more`);
    return { record: ended, revision: written };
  }
  // Who has ended it since has written it.
  const current = (await readRecord(place, id)).take();
  return isErr(current) ? found : current ?? found;
}
