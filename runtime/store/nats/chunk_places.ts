import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { isRecord, readJson } from "../../../contracts/json/json.ts";
import { chunkSubject, metaSubject } from "../../../contracts/stored/store_names.ts";
import type { StoreRecord } from "../../../contracts/stored/store_record.ts";
import type { OperationContext } from "../../operation_context.ts";
import type { StoreError } from "../store_error.ts";
import { NANOS_PER_MS } from "../../nats/jetstream/nanos.ts";
import { freshToken } from "../../nats/session_token.ts";
import type { ObjectStream } from "./object_stream.ts";
import { storeFailure } from "./store_failure.ts";

/** Objects whose places are remembered. */
const MOST_OBJECTS = 256;
/** Questions after which a search is given up: sixty halve any range of sequences to nothing. */
const MOST_QUESTIONS = 64;
/** After so many milliseconds without a subscriber the server forgets the consumer. */
const INACTIVE_MS = 1000;

/** What is known of the places of an object's chunks. */
interface KnownObject {
  /** Bytes of every chunk but the last. */
  readonly chunkBytes: number;
  /** Sequence of its description, which comes after all chunks. */
  readonly end: number;
  /** Sequence of the first chunk, where the chunks stand one after the other; undefined: others stand between. */
  readonly start: number | undefined;
}

/**
 * Finds where the chunks of objects stand in their stream, without reading any of them. What it asks for is how many
 * chunks follow from a sequence on, which the server knows without looking at them. Mostly no others stand between
 * those of an object, and then one question tells the places of all.
 */
export class ChunkPlaces {
  readonly #stream: ObjectStream;
  readonly #known = new Map<string, KnownObject>();

  /** @param stream of the objects */
  constructor(stream: ObjectStream) {
    this.#stream = stream;
  }

  /** Bytes of every chunk of an object but the last; undefined when the object is not there, or not whole. */
  async chunkBytes(
    record: StoreRecord,
    deadline: number,
    context: OperationContext,
  ): Promise<Result<number | undefined, StoreError>> {
    return (await this.#find(record, deadline, context)).map((known) => known?.chunkBytes);
  }

  /** A sequence from which on the chunk of a number is the next; undefined when chunks are missing. */
  async sequenceOf(
    record: StoreRecord,
    number: number,
    deadline: number,
    context: OperationContext,
  ): Promise<Result<number | undefined, StoreError>> {
    const known = (await this.#find(record, deadline, context)).take();
    if (isErr(known) || known === undefined) return isErr(known) ? known : ok(undefined);
    if (known.start !== undefined) return ok(known.start + number);
    return await this.#search(record, number, known.end, deadline, context);
  }

  /** Forgets what is known of an object: it is not as it was. */
  forget({ object }: StoreRecord): void {
    this.#known.delete(object);
  }

  async #find(
    record: StoreRecord,
    deadline: number,
    context: OperationContext,
  ): Promise<Result<KnownObject | undefined, StoreError>> {
    const { object, size, chunks } = record;
    const there = this.#known.get(object);
    if (there !== undefined) return ok(there);
    const subject = metaSubject(this.#stream.store, object);
    const found = (await this.#stream.last(subject, deadline, context)).take();
    if (isErr(found)) return found;
    if (found === undefined) return ok(undefined);
    const { sequence: end } = found;
    const chunkBytes = chunkBytesIn(found.data);
    if (chunkBytes === undefined || Math.ceil(size / chunkBytes) !== chunks) return ok(undefined);
    const start = Math.max(1, end - chunks);
    const following = (await this.#following(record, start, deadline, context)).take();
    if (isErr(following)) return following;
    const isDense = start + chunks === end && following === chunks;
    const known = { chunkBytes, end, start: isDense ? start : undefined };
    const [oldest] = this.#known.keys();
    if (this.#known.size >= MOST_OBJECTS && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(object, known);
    return ok(known);
  }

  /** Narrows down, by guesses as if chunks and what stands between them were spread evenly. */
  async #search(
    record: StoreRecord,
    number: number,
    end: number,
    deadline: number,
    context: OperationContext,
  ): Promise<Result<number | undefined, StoreError>> {
    const wanted = record.chunks - number;
    let low = { sequence: 1, following: record.chunks };
    let high = { sequence: end, following: 0 };
    for (let asked = 0; asked < MOST_QUESTIONS; asked++) {
      if (low.following === wanted) return ok(low.sequence);
      if (high.sequence - low.sequence < 2) return ok(undefined);
      const share = (low.following - wanted) / Math.max(1, low.following - high.following);
      // Every second guess halves what is left, so that it ends soon for all.
      const ahead = (high.sequence - low.sequence) * (asked % 2 === 0 ? share : 0.5);
      const guess = low.sequence + Math.round(ahead);
      const sequence = Math.min(high.sequence - 1, Math.max(low.sequence + 1, guess));
      const following = (await this.#following(record, sequence, deadline, context)).take();
      if (isErr(following)) return following;
      if (following >= wanted) low = { sequence, following };
      else high = { sequence, following };
    }
    return ok(undefined);
  }

  /** How many chunks of an object stand at a sequence and after it. Nothing is sent: nobody listens. */
  async #following(
    { object }: StoreRecord,
    from: number,
    deadline: number,
    context: OperationContext,
  ): Promise<Result<number, StoreError>> {
    const { api, store, requests } = this.#stream;
    const filter = chunkSubject(store, object);
    const name = `places_${freshToken(16)}`;
    const config = {
      name,
      deliver_subject: `${requests.inboxPrefix}.places.${name}`,
      filter_subject: filter,
      deliver_policy: "by_start_sequence",
      opt_start_seq: from,
      ack_policy: "none",
      max_deliver: 1,
      headers_only: true,
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
    const { num_pending: pending } = made;
    return typeof pending === "number"
      ? ok(pending)
      : err(storeFailure({ kind: "malformed" }, context));
  }
}

function chunkBytesIn(description: Uint8Array): number | undefined {
  const value = readJson(new TextDecoder().decode(description));
  const options = isRecord(value) && value.deleted !== true ? value.options : undefined;
  const bytes = isRecord(options) ? options.max_chunk_size : undefined;
  return typeof bytes === "number" && Number.isSafeInteger(bytes) && bytes > 0 ? bytes : undefined;
}
