import type { OperationError } from "../../../contracts/errors/operation_error.ts";
import { TransportError } from "../../../contracts/errors/transport_error.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { type FoundOperation, readRecord, unavailable } from "./find_operation.ts";
import { deadlineOf, KEEP_MS, type OperationPlace } from "./operation_place.ts";
import type { NewSignal } from "./operation_records.ts";
import type { StoredOperation } from "../operation_control.ts";
import { wakeOperation } from "./wake_operation.ts";

/**
 * Stores a signal before it is acknowledged, and wakes whoever waits for it.
 *
 * @param signal undefined where it is stored already
 */
export async function storeSignal(
  place: OperationPlace,
  found: FoundOperation,
  signal: NewSignal | undefined,
  requestId: string,
): Promise<Result<StoredOperation, OperationError | TransportError>> {
  const { surface, records, declaration } = place;
  const { id } = found.record;
  if (signal !== undefined) {
    const left = deadlineOf(place, found.record) - await place.now();
    const keepMs = Math.max(0, left) + (declaration.work?.keepMs ?? KEEP_MS);
    const stored = (await records.addSignal(id, signal, requestId, keepMs)).take();
    if (isErr(stored)) return err(unavailable(surface.name, id, stored.error.message));
    if (!stored) {
      return err(
        new TransportError({
          message: `${surface.name} ${id} was sent as many signals as it takes`,
          code: "trellis.rpc.overloaded",
          hint: "start another operation",
        }),
      );
    }
  }
  // Read after it was stored: a worker that gives up its place now looks at the signals once more.
  const current = (await readRecord(place, id)).take();
  if (isErr(current)) return current;
  if (current?.record.state === "waiting") {
    const woken = await wakeOperation(place, id);
    if (woken.isErr()) return err(woken.error);
  }
  const { record, revision } = current ?? found;
  return ok({ record, revision });
}
