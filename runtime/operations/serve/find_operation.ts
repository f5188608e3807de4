import { OperationError } from "../../../contracts/errors/operation_error.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { lookAgain } from "../../nats/jetstream/look_again.ts";
import type { StoredMessage } from "../../nats/jetstream/stored_message.ts";
import { failureMeaning } from "../../nats/jetstream/failure_meaning.ts";
import { QueueItem } from "../../jobs/queue_item.ts";
import type { StoredOperation } from "../operation_control.ts";
import { type OperationPlace, ownerOf, pendingRecord } from "./operation_place.ts";

/** Milliseconds that a look at the queue may take. */
const LOOK_MS = 5000;

/** An operation, and the message that stands for it where it was looked for. */
export interface FoundOperation extends StoredOperation {
  readonly message?: StoredMessage;
}

/** An operation by its id: its record, or that it waits for a worker; `not_found` where there is neither. */
export function findOperation(
  place: OperationPlace,
  id: string,
): Promise<Result<FoundOperation, OperationError>> {
  return lookAgain(place.requests, () => look(place, id), ({ reason }) => reason === "not_found");
}

async function look(
  place: OperationPlace,
  id: string,
): Promise<Result<FoundOperation, OperationError>> {
  const stored = (await readRecord(place, id)).take();
  if (isErr(stored) || stored !== undefined) return isErr(stored) ? stored : ok(stored);
  const message = (await findMessage(place, id)).take();
  if (isErr(message)) return message;
  if (message !== undefined) {
    const item = new QueueItem(message, place.queue.binding.stream);
    const record = pendingRecord(place.surface.name, {
      id,
      owner: ownerOf(item),
      createdAt: item.createdAt,
      cause: item.cause,
    });
    return ok({ record, revision: 0, message });
  }
  // Between both looks a worker may have begun and ended it.
  const ended = (await readRecord(place, id)).take();
  if (isErr(ended)) return ended;
  return ended === undefined ? err(notFound(place, id)) : ok(ended);
}

/** The message that stands for an operation in its queue. */
export async function findMessage(
  { queue, surface }: OperationPlace,
  id: string,
): Promise<Result<StoredMessage | undefined, OperationError>> {
  const found = await queue.find(id, performance.now() + LOOK_MS);
  return found.mapErr((failure) => unavailable(surface.name, id, failureMeaning(failure).what));
}

/** The record of an operation. */
export async function readRecord(
  { records, surface }: OperationPlace,
  id: string,
): Promise<Result<StoredOperation | undefined, OperationError>> {
  return (await records.read(id)).mapErr(({ message }) => unavailable(surface.name, id, message));
}

/** The error of what cannot be reached or written at the moment. */
export function unavailable(operation: string, id: string, why: string): OperationError {
  return new OperationError({ reason: "unavailable", message: `${operation} ${id}: ${why}`, id });
}

function notFound({ surface }: OperationPlace, id: string): OperationError {
  const message = `there is no ${surface.name} ${id}, or not any more`;
  return new OperationError({ reason: "not_found", message, id });
}
