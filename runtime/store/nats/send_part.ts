import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { chunkSubject } from "../../../contracts/stored/store_names.ts";
import type { StoreRecord } from "../../../contracts/stored/store_record.ts";
import type { OperationContext } from "../../operation_context.ts";
import { NANOS_PER_MS } from "../../nats/jetstream/nanos.ts";
import { chunksOf, type PartChunks, type SentPart, type WantedPart } from "../object_part.ts";
import { storeError } from "../store_problem.ts";
import type { StoreError } from "../store_error.ts";
import type { ChunkPlaces } from "./chunk_places.ts";
import type { ObjectStream } from "./object_stream.ts";
import { storeFailure } from "./store_failure.ts";

/** The server waits so long for acknowledgements, which never come, in milliseconds. */
const ACK_WAIT_MS = 3_600_000;
/** After so many milliseconds without a subscriber the server forgets the consumer. */
const INACTIVE_MS = 1000;

/** What a part is sent of, and by when it has to begin. */
export interface SendingParts {
  readonly stream: ObjectStream;
  readonly places: ChunkPlaces;
  readonly record: StoreRecord;
  readonly context: OperationContext;
  /** By `performance.now()`. */
  readonly deadline: number;
}

/**
 * Has a part of an object sent to somebody; undefined when chunks are missing. The server itself sends whole chunks,
 * and stops by itself: nothing of them passes through this process, and no process has to go on living. Of a chunk
 * with bytes that may not be sent, this process sends the others.
 */
export async function sendPart(
  parts: SendingParts,
  wanted: WantedPart,
): Promise<Result<SentPart | undefined, StoreError>> {
  const { places, record, deadline, context } = parts;
  if (record.size === 0) return ok({ at: 0, bytes: 0, chunks: 0 });
  const chunkBytes = (await places.chunkBytes(record, deadline, context)).take();
  if (isErr(chunkBytes) || chunkBytes === undefined) {
    return isErr(chunkBytes) ? chunkBytes : ok(undefined);
  }
  const part = chunksOf(wanted, record.size, chunkBytes);
  const sequence = (await places.sequenceOf(record, part.first, deadline, context)).take();
  if (isErr(sequence) || sequence === undefined) return isErr(sequence) ? sequence : ok(undefined);
  const isSent = part.isCut
    ? await sendBytes(parts, wanted, part, { sequence, at: part.first * chunkBytes })
    : await haveSent(parts, wanted, part, sequence);
  const { range: { start, end }, chunks } = part;
  return isSent.map((isSent) => isSent ? { at: start, bytes: end - start, chunks } : undefined);
}

/** Makes a consumer that sends so many chunks: as many as may be unacknowledged, and nobody acknowledges any. */
async function haveSent(
  { stream, record, deadline, context }: SendingParts,
  { to, name }: WantedPart,
  { first, chunks }: PartChunks,
  sequence: number,
): Promise<Result<boolean, StoreError>> {
  const { api } = stream;
  const filter = chunkSubject(stream.store, record.object);
  const config = {
    name,
    deliver_subject: to,
    filter_subject: filter,
    deliver_policy: "by_start_sequence",
    opt_start_seq: sequence,
    ack_policy: "explicit",
    ack_wait: ACK_WAIT_MS * NANOS_PER_MS,
    max_ack_pending: chunks,
    max_deliver: 1,
    replay_policy: "instant",
    inactive_threshold: INACTIVE_MS * NANOS_PER_MS,
    mem_storage: true,
    num_replicas: 1,
  };
  const made = (await api.ask(
    `$JS.API.CONSUMER.CREATE.${api.name}.${name}.${filter}`,
    JSON.stringify({ stream_name: api.name, config, action: "create" }),
    deadline,
  )).take();
  if (isErr(made)) return err(storeFailure(made.error, context));
  const { num_pending: pending, delivered } = made;
  // Asked for again, it has sent some already.
  const sent = Number(Object(delivered).consumer_seq ?? 0);
  return ok(Number(pending) + sent === record.chunks - first);
}

async function sendBytes(
  { stream, record, deadline, context }: SendingParts,
  { to }: WantedPart,
  { range }: PartChunks,
  { sequence, at }: { readonly sequence: number; readonly at: number },
): Promise<Result<boolean, StoreError>> {
  const next = chunkSubject(stream.store, record.object);
  const found = (await stream.api.message({ next, from: sequence }, deadline)).take();
  if (isErr(found)) return err(storeFailure(found.error, context));
  if (found === undefined || found.data.length < range.end - at) return ok(false);
  try {
    stream.requests.line.publish(to, found.data.subarray(range.start - at, range.end - at));
  } catch {
    return err(storeFailure({ kind: "closed" }, context));
  }
  return ok(true);
}

/** Why chunks are missing. @param isCurrent whether a key still leads to the object */
export async function whyMissing(
  { stream, places, record, deadline, context }: SendingParts,
  isCurrent: () => Promise<boolean>,
): Promise<StoreError> {
  places.forget(record);
  const subject = chunkSubject(stream.store, record.object);
  const info = (await stream.info(deadline, context, subject)).take();
  if (isErr(info)) return info.error;
  const isBehind = info.replicas > 1 && (info.subjects[subject] ?? 0) >= record.chunks;
  if (isBehind) {
    const what = "a replica has not got all of its chunks yet; try again";
    return storeError({ reason: "unavailable", what, retryable: true }, context);
  }
  if (await isCurrent()) {
    const what = "its chunks are not those that were stored; put the object again";
    return storeError({ reason: "corrupt", what }, context);
  }
  const what = "the object was replaced or deleted, and its bytes are gone; get the key again";
  return storeError({ reason: "gone", what }, context);
}
