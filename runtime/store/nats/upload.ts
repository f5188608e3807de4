import { createHash } from "node:crypto";
import { isRecord } from "../../../contracts/json/json.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import {
  chunkSubject,
  metaSubject,
  STORE_UPLOAD_MS,
} from "../../../contracts/stored/store_names.ts";
import type { StoreRecord } from "../../../contracts/stored/store_record.ts";
import type { BodyChunks } from "../body_chunks.ts";
import { type OperationLimit, type Patience, STOPPED } from "../operation_limit.ts";
import type { ObjectLabels } from "../object_options.ts";
import type { KeyPlace } from "../object_store.ts";
import type { StoreError } from "../store_error.ts";
import { fromKv, storeError } from "../store_failure.ts";
import { digestOf } from "../verified_reader.ts";
import { linkError } from "../../kv/nats/kv_failure.ts";
import { apiErrorKind } from "../../nats/jetstream/api_code.ts";
import type { LinkAnswer, LinkFailure } from "../../nats/jetstream/jetstream_requests.ts";
import { pause, problemOf } from "../../kv/nats/bucket_stream.ts";
import { describeObject, onceHeaders } from "./object_description.ts";
import type { ObjectStream } from "./object_stream.ts";
import { storedChunks } from "./stored_chunks.ts";

/** Most bytes on their way to the server without an acknowledgement. */
const WINDOW_BYTES = 8 << 20;

/** A message on its way. */
interface Sent {
  readonly subject: string;
  /** Chunks are numbered from 0; the description comes after the last of them. */
  readonly number: number;
  readonly bytes: Uint8Array;
  readonly answer: Promise<LinkAnswer>;
}

/** What an upload is made of. */
export interface UploadParts {
  readonly stream: ObjectStream;
  /** Id of the new object. */
  readonly object: string;
  readonly place: KeyPlace;
  readonly chunkBytes: number;
  readonly halt: OperationLimit;
  /** Milliseconds that the server may be silent. */
  readonly idleMs: number;
}

/**
 * Writes the chunks of one object and then its description, many at a time. When the connection
 * breaks, it goes on from what the server has: every message carries a number, and is stored only after
 * the one before it.
 */
export class Upload {
  readonly #parts: UploadParts;
  readonly #chunkSubject: string;
  readonly #metaSubject: string;
  readonly #hash = createHash("sha256");
  readonly #unacknowledged: Sent[] = [];
  #waiting = 0;
  #size = 0;
  #chunks = 0;
  /** An answer did not come: nothing may be sent before it is known what the server has. */
  #broken = false;
  #recovered = false;
  #described = false;

  /** @param parts where to, and until when */
  constructor(parts: UploadParts) {
    this.#parts = parts;
    this.#chunkSubject = chunkSubject(parts.stream.store, parts.object);
    this.#metaSubject = metaSubject(parts.stream.store, parts.object);
  }

  /** What may have been stored, to be removed when the upload fails. */
  get traces(): readonly string[] {
    const chunks = this.#chunks > 0 ? [this.#chunkSubject] : [];
    return this.#described ? [...chunks, this.#metaSubject] : chunks;
  }

  /** Writes everything. */
  async run(body: BodyChunks, labels: ObjectLabels): Promise<Result<StoreRecord, StoreError>> {
    for (;;) {
      const chunk = (await body.next(this.#parts.halt)).take();
      if (isErr(chunk)) return chunk;
      if (chunk === undefined) break;
      this.#size += chunk.length;
      this.#hash.update(chunk);
      const problem = await this.#send(this.#chunkSubject, this.#chunks++, chunk);
      if (problem !== undefined) return err(problem);
    }
    const { object, stream, place, chunkBytes } = this.#parts;
    const record: StoreRecord = {
      object,
      size: this.#size,
      chunks: this.#chunks,
      digest: digestOf(this.#hash.digest()),
      ...labels,
    };
    this.#described = true;
    const description = describeObject(record, { store: stream.store, key: place.key, chunkBytes });
    const problem = await this.#send(this.#metaSubject, this.#chunks, description) ??
      await this.#finish();
    return problem === undefined ? ok(record) : err(problem);
  }

  async #send(subject: string, number: number, bytes: Uint8Array): Promise<StoreError | undefined> {
    while (this.#waiting > 0 && this.#waiting + bytes.length > WINDOW_BYTES) {
      const problem = await this.#settleOldest();
      if (problem !== undefined) return problem;
    }
    const problem = this.#broken ? await this.#recover() : undefined;
    if (problem !== undefined) return problem;
    const answer = this.#publish(subject, number, bytes);
    this.#unacknowledged.push({ subject, number, bytes, answer });
    this.#waiting += bytes.length;
    return this.#parts.halt.error;
  }

  /** The first wait for a connection is part of the first message; later ones need a look first. */
  #publish(
    subject: string,
    number: number,
    bytes: Uint8Array,
    afterSequence?: number,
  ): Promise<LinkAnswer> {
    const { stream, object } = this.#parts;
    const headers = onceHeaders(`${object}.${number}`, afterSequence);
    if (number > 0 && !stream.link.up) {
      this.#broken = true;
      return Promise.resolve({ kind: "lost" });
    }
    // How long the server may be silent is told by the answers that come, not by each by itself:
    // over a slow link the last of many takes its time.
    const deadline = performance.now() + STORE_UPLOAD_MS;
    const answer = stream.link.request(subject, bytes, deadline, headers);
    answer.then(({ kind }) => {
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
    const { halt } = this.#parts;
    const answer = await halt.step(oldest.answer, this.#patience());
    if (answer === STOPPED) return halt.error;
    if (answer.kind !== "answer") return this.#final(answer) ?? await this.#recover();
    const { problem } = acknowledged(answer);
    if (problem !== undefined) return this.#parts.stream.refused(problem, this.#parts.place);
    this.#shift();
    return undefined;
  }

  #shift(): void {
    this.#waiting -= this.#unacknowledged.shift()?.bytes.length ?? 0;
  }

  /** Learns what the server has, and sends what is missing, one after the other. */
  async #recover(): Promise<StoreError | undefined> {
    const { halt, idleMs } = this.#parts;
    this.#recovered = true;
    // What was sent before is decided first.
    const sent = Promise.all(this.#unacknowledged.map(({ answer }) => answer));
    await halt.step(sent, this.#patience());
    let deadline = performance.now() + idleMs;
    while (this.#unacknowledged.length > 0) {
      if (halt.error !== undefined) return halt.error;
      const step = await this.#resend(deadline);
      if (isErr(step)) return step.error;
      if (step) deadline = performance.now() + idleMs;
      else if (performance.now() >= deadline) return this.#silent();
      else await pause(deadline);
    }
    this.#broken = false;
    return undefined;
  }

  /** Sends what is missing until it is interrupted; true when something was stored. */
  async #resend(deadline: number) {
    const { stream, place, halt } = this.#parts;
    const looked = await halt.wait(storedChunks(stream, this.#chunkSubject, deadline, place));
    if (looked === STOPPED) return err(halt.error ?? this.#silent());
    const stored = looked.take();
    if (isErr(stored)) return stored;
    let { sequence } = stored;
    let progress = false;
    for (let [next] = this.#unacknowledged; next !== undefined; [next] = this.#unacknowledged) {
      const isChunk = next.subject === this.#chunkSubject;
      if (!isChunk || next.number > stored.last) {
        const { subject, number, bytes } = next;
        const sent = this.#publish(subject, number, bytes, isChunk ? sequence : undefined);
        const answer = await halt.step(sent, this.#patience());
        if (answer === STOPPED) return err(halt.error ?? this.#silent());
        if (answer.kind !== "answer") {
          const final = this.#final(answer);
          return final === undefined ? progress : err(final);
        }
        const { problem, seq } = acknowledged(answer);
        if (problem !== undefined) {
          // An earlier sending has arrived after all.
          if (apiErrorKind(problem.code) === "lost_race") return progress;
          return err(stream.refused(problem, place));
        }
        if (isChunk) sequence = seq;
      }
      progress = true;
      this.#shift();
    }
    return progress;
  }

  /** After an interruption: nothing is missing and nothing is there twice. */
  async #count(): Promise<StoreError | undefined> {
    const { stream, place, idleMs, halt } = this.#parts;
    const deadline = performance.now() + idleMs;
    const asked = await halt.wait(stream.info(deadline, place, this.#chunkSubject));
    if (asked === STOPPED) return halt.error;
    const info = asked.take();
    if (isErr(info)) return info.error;
    if (info.messages === this.#chunks) return undefined;
    const what = `the connection broke, and the server has ${info.messages} of ${this.#chunks} ` +
      "chunks; nothing was stored, try again";
    return storeError({ reason: "unavailable", what, retryable: true }, place);
  }

  /** A failure that will not pass by itself. */
  #final(failure: LinkFailure): StoreError | undefined {
    const { stream, place } = this.#parts;
    const { kind } = failure;
    if (kind !== "closed" && kind !== "forbidden" && kind !== "too_large") return undefined;
    return fromKv(linkError(failure, { bucket: stream.store, doing: "writing" }), place);
  }

  #patience(): Patience {
    return { ms: this.#parts.idleMs, error: () => this.#silent() };
  }

  #silent(): StoreError {
    const { stream, place } = this.#parts;
    const kind = stream.link.up ? "timeout" : "down";
    return fromKv(linkError({ kind }, { bucket: stream.store, doing: "writing" }), place);
  }
}

interface Acknowledgement {
  readonly problem: { readonly code: number; readonly description: string } | undefined;
  readonly seq: number;
}

function acknowledged({ msg }: Extract<LinkAnswer, { kind: "answer" }>): Acknowledgement {
  let answer: unknown;
  try {
    answer = JSON.parse(msg.string());
  } catch {
    // Said below.
  }
  const problem = problemOf(answer);
  if (problem !== undefined) return { problem, seq: 0 };
  if (isRecord(answer) && typeof answer.seq === "number") return { problem, seq: answer.seq };
  return { problem: { code: 0, description: "not an acknowledgement" }, seq: 0 };
}
