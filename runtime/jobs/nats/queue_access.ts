import { isErr } from "../../../contracts/result.ts";
import { TransportError } from "../../../contracts/errors/transport_error.ts";
import { parsePlace } from "../../../contracts/stored/job_names.ts";
import type { JobRecord } from "../../../contracts/stored/job_record.ts";
import { unstoredMessage } from "../../events/nats/unstored_event.ts";
import type { KVError } from "../../kv/kv_error.ts";
import { API_CODE } from "../../nats/jetstream/api_code.ts";
import { type ApiFailure, readApiAnswer } from "../../nats/jetstream/api_answer.ts";
import { type ConsumerState, readConsumerState } from "../../nats/jetstream/consumer_state.ts";
import { failureMeaning } from "../../nats/jetstream/failure_meaning.ts";
import type { JetStreamRequests } from "../../nats/jetstream/jetstream_requests.ts";
import type { StoredMessage } from "../../nats/jetstream/stored_message.ts";
import { JobError, type JobErrorReason } from "../job_error.ts";
import type { JobSurface } from "../job_surface.ts";
import { QueueItem } from "../queue_item.ts";
import { wasDelivered } from "../was_delivered.ts";
import type { RecordStore } from "../record_store.ts";
import type { QueueStream } from "./queue_stream.ts";

/** What a queue is looked into with. */
export interface QueueAccess {
  readonly surface: JobSurface;
  readonly stream: QueueStream;
  readonly requests: JetStreamRequests;
  /** Where its jobs have records. */
  readonly records: RecordStore | undefined;
  /** The stream of dead letters. */
  readonly dead: string | undefined;
  /** Digest of the contract under which the service runs. */
  readonly digest: string;
  /** Milliseconds since 1970, by the clock of the server. */
  readonly now: () => Promise<number>;
}

/** What a message of a queue stands for. */
export function itemOf({ stream }: QueueAccess, message: StoredMessage): QueueItem {
  return new QueueItem(message, stream.binding.stream);
}

/** What is known of a job that waits, of which there is no record. */
export function waitingRecord(
  { id, createdAt, attempt, cause, place }: QueueItem,
  { writtenAt, subject }: StoredMessage,
): JobRecord {
  const state = parsePlace(subject)?.state === "later" ? "scheduled" : "queued";
  const updatedAt = new Date(writtenAt).toISOString();
  const caused = cause === undefined ? {} : { cause };
  return { id: id || place.slot, state, attempt, createdAt, updatedAt, ...caused };
}

/** Whether a message of a queue was not given to a worker yet; undefined when that cannot be told. */
export async function isWaiting(
  { requests, stream: { binding } }: QueueAccess,
  { subject, sequence }: StoredMessage,
  deadline: number,
): Promise<boolean | undefined> {
  const place = parsePlace(subject);
  if (place === undefined) return undefined;
  if (place.state === "later") return true;
  const answers = await Promise.all(
    binding.consumers.flat().map(async (consumer) => {
      const info = `$JS.API.CONSUMER.INFO.${binding.stream}.${consumer}`;
      return readApiAnswer(await requests.request(info, "", deadline)).take();
    }),
  );
  const states: ConsumerState[] = [];
  for (const answer of answers) {
    const state = isErr(answer) ? undefined : readConsumerState(answer);
    if (state !== undefined) states.push(state);
    // What is not there has nothing in work.
    else if (!isErr(answer) || !isMissing(answer.error)) return undefined;
  }
  const delivered = wasDelivered({ subject, sequence }, states);
  return delivered === undefined ? undefined : !delivered;
}

function isMissing(failure: ApiFailure): boolean {
  return failure.kind === "refused" && failure.code === API_CODE.consumerNotFound;
}

/** A failure of the queue, in words. */
export function jobError(
  { surface: { name } }: Pick<QueueAccess, "surface">,
  reason: JobErrorReason,
  message: string,
  id?: string,
): JobError {
  return new JobError({ reason, message, queue: name, id });
}

/** There is no job of an id. */
export function notFound(access: QueueAccess, id: string): JobError {
  const keeps = access.records === undefined
    ? "its queue keeps nothing of jobs that are done"
    : "records are kept for a time after the end";
  return jobError(access, "not_found", `${access.surface.name} has no job ${id}: ${keeps}`, id);
}

/** What it means that a job was not stored. */
export function unstoredJob({ surface, stream }: QueueAccess, failure: ApiFailure): TransportError {
  return unstoredMessage(failure, {
    subject: `the queue ${surface.name}`,
    what: "the job",
    stream: stream.binding.stream,
    again: "Create it again with an id of your own: within two minutes it is stored only once.",
    declare: "Declare the queue in the contract and have it accepted.",
  });
}

/** What it means that a queue could not be read or changed. */
export function unread({ surface }: QueueAccess, failure: ApiFailure): TransportError {
  const { what, reason } = failureMeaning(failure);
  return new TransportError({
    message: `the queue ${surface.name}: ${what}`,
    code: reason === "forbidden" ? "trellis.permission.denied" : "trellis.rpc.unavailable",
    hint: "try again; where that does not help, reconcile the deployment",
    isOutcomeUnknown: reason === "timeout",
  });
}

/** What it means that a record could not be read or written. */
export function unrecorded({ surface }: QueueAccess, cause: KVError): TransportError {
  return new TransportError({
    message: `the records of ${surface.name}: ${cause.message}`,
    code: cause.reason === "forbidden" ? "trellis.permission.denied" : "trellis.rpc.unavailable",
    hint: "try again; where that does not help, reconcile the deployment",
    cause,
  });
}
