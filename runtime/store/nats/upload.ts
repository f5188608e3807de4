import { createHash } from "node:crypto";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { objectDigest } from "../../../contracts/stored/object_digest.ts";
import {
  chunkSubject,
  metaSubject,
  STORE_UPLOAD_MS,
} from "../../../contracts/stored/store_names.ts";
import type { StoreRecord } from "../../../contracts/stored/store_record.ts";
import type { BodyChunks } from "../body_chunks.ts";
import { type OperationLimit, type Patience, STOPPED } from "../operation_limit.ts";
import type { ObjectLabels } from "../object_options.ts";
import type { KeyOperation } from "../../operation_context.ts";
import type { StoreError } from "../store_error.ts";
import { storeError } from "../store_problem.ts";
import { Backoff } from "../../nats/backoff.ts";
import { type ApiFailure, lostRace, readPublishAck } from "../../nats/jetstream/api_answer.ts";
import { failureRule } from "../../nats/jetstream/failure_rule.ts";
import type { RequestAnswer } from "../../nats/jetstream/jetstream_requests.ts";
import { Silence, SILENT } from "../../nats/silence.ts";
import { makeRoom } from "./make_room.ts";
import { describeObject, onceHeaders } from "./object_description.ts";
import type { ObjectStream } from "./object_stream.ts";
import { storeFailure } from "./store_failure.ts";
import { storedChunks } from "./stored_chunks.ts";

/** Most bytes on their way to the server without an acknowledgement. */
const WINDOW_BYTES = 8 << 20;

/** What the server adds to a message where it is stored, at most: subject, headers, checksum. */
const STORED_EXTRA_BYTES = 1024;
/** Room is made for several chunks at once. */
const ROOM_BYTES = 8 << 20;
/** How long a writer waits for room, in milliseconds. */
const ROOM_MS = 1500;

/** How long answers may be missing before it is looked what the server has: its leader may be gone, in milliseconds. */
const SILENT_MS = 2000;

/** A message on its way. */
interface Sent {
  readonly subject: string;
  /** Chunks are numbered from 0; the description comes after the last of them. */
  readonly number: number;
  readonly bytes: Uint8Array;
  readonly answer: Promise<RequestAnswer>;
}

/** What an upload is made of. */
export interface UploadParts {
  readonly stream: ObjectStream;
  /** Id of the new object. */
  readonly object: string;
  readonly context: KeyOperation;
  readonly chunkBytes: number;
  readonly limit: OperationLimit;
  /** True for a store that may not grow beyond a size. */
  readonly bounded: boolean;
  /** Milliseconds that the server may be silent. */
  readonly idleMs: number;
}

/**
 * Writes the chunks of one object and then its description, many at a time. When the connection
 * breaks, or the server is silent because its leader is gone, it goes on from what the server has: every message
 * carries a number, and what is sent again is stored only after the one before it.
 */
export class Upload implements Disposable {
  readonly #parts: UploadParts;
  readonly #chunkSubject: string;
  readonly #metaSubject: string;
  readonly #hash = createHash("sha256");
  readonly #unacknowledged: Sent[] = [];
  /** Over all answers: over a slow link the last of many takes its time. */
  readonly #silence = new Silence(SILENT_MS);
  #waiting = 0;
  #size = 0;
  #chunks = 0;
  /** An answer did not come: nothing may be sent before it is known what the server has. */
  #broken = false;
  #recovered = false;
  #described = false;
  /** Bytes that the store still has room for, as far as this upload knows. */
  #room: number;

  /** @param parts where to, and until when */
  constructor(parts: UploadParts) {
    this.#parts = parts;
    this.#chunkSubject = chunkSubject(parts.stream.store, parts.object);
    this.#metaSubject = metaSubject(parts.stream.store, parts.object);
    this.#room = parts.bounded ? 0 : Infinity;
  }

  /** Ends it. */
  [Symbol.dispose](): void {
    this.#silence[Symbol.dispose]();
  }

  /** What may have been stored, to be removed when the upload fails. */
  get traces(): readonly string[] {
    const chunks = this.#chunks > 0 ? [this.#chunkSubject] : [];
    return this.#described ? [...chunks, this.#metaSubject] : chunks;
  }

  /** Writes everything. */
  async run(body: BodyChunks, labels: ObjectLabels): Promise<Result<StoreRecord, StoreError>> {
    for (;;) {
      const chunk = (await body.next(this.#parts.limit)).take();
      if (isErr(chunk)) return chunk;
      if (chunk === undefined) break;
      this.#size += chunk.length;
      this.#hash.update(chunk);
      const problem = await this.#send(this.#chunkSubject, this.#chunks++, chunk);
      if (problem !== undefined) return err(problem);
    }
    const { object, stream, context, chunkBytes } = this.#parts;
    const record: StoreRecord = {
      object,
      size: this.#size,
      chunks: this.#chunks,
      digest: objectDigest(this.#hash.digest()),
      ...labels,
    };
    this.#described = true;
    const description = describeObject(record, {
      store: stream.store,
      key: context.key,
      chunkBytes,
    });
    const problem = await this.#send(this.#metaSubject, this.#chunks, description) ??
      await this.#finish();
    return problem === undefined ? ok(record) : err(problem);
  }

  async #send(subject: string, number: number, bytes: Uint8Array): Promise<StoreError | undefined> {
    while (this.#waiting > 0 && this.#waiting + bytes.length > WINDOW_BYTES) {
      const problem = await this.#settleOldest();
      if (problem !== undefined) return problem;
    }
    const size = bytes.length + STORED_EXTRA_BYTES;
    if (size > this.#room) await this.#findRoom(size);
    this.#room -= size;
    const problem = this.#broken ? await this.#recover() : undefined;
    if (problem !== undefined) return problem;
    const answer = this.#publish(subject, number, bytes);
    this.#unacknowledged.push({ subject, number, bytes, answer });
    this.#waiting += bytes.length;
    return this.#parts.limit.error;
  }

  /** Looks how much room there is, and makes more; where there is none, the server says so itself. */
  async #findRoom(size: number): Promise<void> {
    const { stream, context, limit, idleMs } = this.#parts;
    const until = performance.now() + ROOM_MS;
    // What is under way takes room as well.
    await limit.wait(Promise.all(this.#unacknowledged.map(({ answer }) => answer)));
    while (limit.error === undefined) {
      const deadline = performance.now() + idleMs;
      const info = await limit.wait(stream.info(deadline, context));
      if (info === STOPPED || info.isErr()) break;
      const { maxBytes = Infinity, bytes } = info.orThrow();
      this.#room = maxBytes - bytes;
      if (this.#room >= size) return;
      const needed = Math.min(Math.max(size, ROOM_BYTES), maxBytes) - this.#room;
      const made = await limit.wait(makeRoom(stream, needed, deadline));
      if (made === STOPPED || made.isErr()) break;
      const { freed, laterMs } = made.orThrow();
      if (freed > 0) continue;
      if (laterMs === undefined || performance.now() + laterMs > until) break;
      await limit.pause(laterMs);
    }
    this.#room = Infinity;
  }

  /** The first wait for a connection is part of the first message; later ones need a look first. */
  #publish(
    subject: string,
    number: number,
    bytes: Uint8Array,
    afterSequence?: number,
  ): Promise<RequestAnswer> {
    const { stream, object } = this.#parts;
    const headers = onceHeaders(`${object}.${number}`, afterSequence);
    if (number > 0 && !stream.requests.up) {
      this.#broken = true;
      return Promise.resolve({ kind: "lost" });
    }
    const deadline = performance.now() + STORE_UPLOAD_MS;
    const answer = stream.requests.request(subject, bytes, deadline, headers);
    answer.then(({ kind }) => {
      this.#silence.heard();
      if (kind !== "answer") this.#broken = true;
    });
    return answer;
  }

  async #finish(): Promise<StoreError | undefined> {
    while (this.#unacknowledged.length > 0) {
      const problem = await this.#settleOldest();
      if (problem !== undefined) return problem;
    }
    return this.#recovered ? await this.#count() : undefined;
  }

  async #settleOldest(): Promise<StoreError | undefined> {
    const [oldest] = this.#unacknowledged;
    if (oldest === undefined) return undefined;
    const { limit } = this.#parts;
    const answer = await limit.step(this.#silence.wait(oldest.answer), this.#patience());
    if (answer === STOPPED) return limit.error;
    if (answer === SILENT) return await this.#recover();
    const stored = readPublishAck(answer).take();
    if (isErr(stored)) return this.#final(stored.error) ?? await this.#recover();
    this.#shift();
    return undefined;
  }

  #shift(): void {
    this.#waiting -= this.#unacknowledged.shift()?.bytes.length ?? 0;
  }

  /** Learns what the server has, and sends what is missing, one after the other. */
  async #recover(): Promise<StoreError | undefined> {
    const { limit, idleMs } = this.#parts;
    this.#recovered = true;
    // What was sent before is decided first.
    const sent = Promise.all(this.#unacknowledged.map(({ answer }) => answer));
    await limit.step(this.#silence.wait(sent), this.#patience());
    let deadline = performance.now() + idleMs;
    let backoff = new Backoff(deadline);
    while (this.#unacknowledged.length > 0) {
      if (limit.error !== undefined) return limit.error;
      const step = await this.#resend(deadline);
      if (isErr(step)) return step.error;
      if (step) {
        deadline = performance.now() + idleMs;
        backoff = new Backoff(deadline);
      } else if (!await backoff.pause()) return this.#silent();
    }
    this.#broken = false;
    return undefined;
  }

  /** Sends what is missing until it is interrupted; true when something was stored. */
  async #resend(deadline: number) {
    const { stream, context, limit } = this.#parts;
    const looked = await limit.wait(storedChunks(stream, this.#chunkSubject, deadline, context));
    if (looked === STOPPED) return err(limit.error ?? this.#silent());
    const found = looked.take();
    if (isErr(found)) return found;
    let { sequence } = found;
    let progress = false;
    for (let [next] = this.#unacknowledged; next !== undefined; [next] = this.#unacknowledged) {
      const isChunk = next.subject === this.#chunkSubject;
      if (!isChunk || next.number > found.last) {
        const { subject, number, bytes } = next;
        const sent = this.#publish(subject, number, bytes, isChunk ? sequence : undefined);
        const answer = await limit.step(this.#silence.wait(sent), this.#patience());
        if (answer === STOPPED) return err(limit.error ?? this.#silent());
        if (answer === SILENT) return progress;
        const stored = readPublishAck(answer).take();
        if (isErr(stored)) {
          // An earlier sending has arrived after all.
          const final = lostRace(stored.error) ? undefined : this.#final(stored.error);
          return final === undefined ? progress : err(final);
        }
        if (isChunk) sequence = stored.sequence;
      }
      progress = true;
      this.#shift();
    }
    return progress;
  }

  /** After an interruption: nothing is missing and nothing is there twice. */
  async #count(): Promise<StoreError | undefined> {
    const { stream, context, idleMs, limit } = this.#parts;
    const deadline = performance.now() + idleMs;
    const asked = await limit.wait(stream.info(deadline, context, this.#chunkSubject));
    if (asked === STOPPED) return limit.error;
    const info = asked.take();
    if (isErr(info)) return info.error;
    const stored = info.subjects[this.#chunkSubject] ?? 0;
    if (stored === this.#chunks) return undefined;
    const what = `the connection broke, and the server has ${stored} of ${this.#chunks} ` +
      "chunks; nothing was stored, try again";
    return storeError({ reason: "unavailable", what, retryable: true }, context);
  }

  /** A failure that will not pass by itself. */
  #final(failure: ApiFailure): StoreError | undefined {
    return failureRule(failure).passes ? undefined : storeFailure(failure, this.#parts.context);
  }

  #patience(): Patience {
    return { ms: this.#parts.idleMs, error: () => this.#silent() };
  }

  #silent(): StoreError {
    const { stream, context } = this.#parts;
    const kind = stream.requests.up ? "timeout" : "down";
    return storeFailure({ kind }, context);
  }
}
