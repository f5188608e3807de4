import type { OperationError } from "../../../contracts/errors/operation_error.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { parsePlace, placeSubject } from "../../../contracts/stored/job_names.ts";
import { ATTEMPT_HEADER, ORIGIN_HEADER } from "../../../contracts/stored/work_headers.ts";
import { QueueItem } from "../../jobs/queue_item.ts";
import { failureMeaning } from "../../nats/jetstream/failure_meaning.ts";
import { MESSAGE_ID_HEADER } from "../../nats/jetstream/publish_headers.ts";
import { StreamApi } from "../../nats/jetstream/stream_api.ts";
import { publishStored } from "../../nats/jetstream/publish_stored.ts";
import { headerBlock } from "../../work/work_messages.ts";
import { findMessage, unavailable } from "./find_operation.ts";
import type { OperationPlace } from "./operation_place.ts";

/** Milliseconds that it may take. */
const WAKE_MS = 4000;

/**
 * Has an operation that waits be worked on at once: its message is put where workers take it, and taken from where
 * it waits. What is in work at this moment is not disturbed: a worker that finds it so lets go of the second one.
 */
export async function wakeOperation(
  place: OperationPlace,
  id: string,
): Promise<Result<void, OperationError>> {
  const { queue, requests, surface } = place;
  const message = (await findMessage(place, id)).take();
  if (isErr(message)) return message;
  if (message === undefined) return ok();
  const { stream } = queue.binding;
  const item = new QueueItem(message, stream);
  const headers = headerBlock(message, {
    // Each message is woken once: by another name, one that is repeated would take the next one with it.
    [MESSAGE_ID_HEADER]: `${id}:wake:${message.sequence}`,
    [ATTEMPT_HEADER]: String(item.attempt),
    [ORIGIN_HEADER]: item.origin,
  });
  const subject = placeSubject(queue.owner.deployment, "run", item.place);
  const deadline = performance.now() + WAKE_MS;
  const woken = await publishStored(
    requests,
    { subject, headers, body: message.data, stream },
    deadline,
  );
  if (woken.isErr()) return err(unavailable(surface.name, id, failureMeaning(woken.error).what));
  const waited = parsePlace(message.subject)?.state === "later";
  if (waited) await queue.remove(message.sequence, deadline);
  return ok();
}

/** Removes what waits of an operation that has ended: it was woken while its worker was about to put that there. */
export async function forgetParked(
  { queue, requests }: OperationPlace,
  { place }: QueueItem,
): Promise<void> {
  const last = placeSubject(queue.owner.deployment, "later", place);
  const deadline = performance.now() + WAKE_MS;
  const found = (await new StreamApi(requests, queue.binding.stream).message({ last }, deadline))
    .take();
  // What stays comes at its time, and is found to have ended.
  if (!isErr(found) && found !== undefined) await queue.remove(found.sequence, deadline);
}
