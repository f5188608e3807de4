import type { OperationError } from "../../../contracts/errors/operation_error.ts";
import type { Result } from "../../../contracts/result.ts";
import { recordKey } from "../../../contracts/stored/job_names.ts";
import { callerInbox } from "../../nats/connection.ts";
import { failureMeaning } from "../../nats/jetstream/failure_meaning.ts";
import { NANOS_PER_MS } from "../../nats/jetstream/nanos.ts";
import { StreamApi } from "../../nats/jetstream/stream_api.ts";
import { unavailable } from "./find_operation.ts";
import { type ControlRequest, watchConsumer, watchInbox } from "../operation_control.ts";
import type { OperationPlace } from "./operation_place.ts";

/** The server says so often that it is still there, in milliseconds. */
const HEARTBEAT_MS = 5000;
/** After so many milliseconds without a subscriber the server forgets the consumer. */
const INACTIVE_MS = 30_000;
/** Milliseconds that making it may take. */
const MAKE_MS = 4000;

/**
 * Has the broker send the record of an operation to its watcher: now, and whenever it changes. The inbox is that of
 * the session that asks, so nobody can have it sent to another one.
 */
export async function openDelivery(
  { requests, records, queue, surface }: OperationPlace,
  { id, inbox }: Extract<ControlRequest, { action: "watch" }>,
  session: string,
): Promise<Result<void, OperationError>> {
  const stream = `KV_${records.bucket}`;
  const filter = `$KV.${records.bucket}.${recordKey("operation", queue.owner.queue, id)}`;
  // The same request makes the same consumer, however often it is asked for.
  const consumer = watchConsumer(inbox);
  const config = {
    name: consumer,
    deliver_subject: watchInbox(callerInbox(session), inbox),
    filter_subject: filter,
    deliver_policy: "last_per_subject",
    ack_policy: "none",
    replay_policy: "instant",
    max_deliver: 1,
    idle_heartbeat: HEARTBEAT_MS * NANOS_PER_MS,
    inactive_threshold: INACTIVE_MS * NANOS_PER_MS,
    mem_storage: true,
    num_replicas: 1,
  };
  const made = await new StreamApi(requests, stream).ask(
    `$JS.API.CONSUMER.CREATE.${stream}.${consumer}.${filter}`,
    JSON.stringify({ stream_name: stream, config }),
    performance.now() + MAKE_MS,
  );
  return made.map(() => {})
    .mapErr((failure) => unavailable(surface.name, id, failureMeaning(failure).what));
}
