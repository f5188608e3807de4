import { nuid } from "@nats-io/nats-core";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import type { EventMarks } from "../../events/nats/event_headers.ts";
import { unstoredEvent } from "../../events/nats/unstored_event.ts";
import type { BucketStream } from "../../kv/nats/bucket_stream.ts";
import { kvError, kvFailure, type Readable, unknownOutcome } from "../../kv/nats/kv_failure.ts";
import { Backoff } from "../../nats/backoff.ts";
import { type ApiFailure, lostRace, readApiAnswer } from "../../nats/jetstream/api_answer.ts";
import { API_CODE } from "../../nats/jetstream/api_code.ts";
import { failureRule } from "../../nats/jetstream/failure_rule.ts";
import type { RequestAnswer } from "../../nats/jetstream/jetstream_requests.ts";
import { type OutgoingMessage, requestTogether } from "../../nats/jetstream/request_together.ts";
import { type BatchKey, decideBatch } from "../decide_batch.ts";
import type { TransactionError, TransactionStep, WriteStep } from "../transaction.ts";
import { batchMessages } from "./batch_messages.ts";

/** The part of the time that one attempt may take before its outcome is looked up. */
const ATTEMPT_SHARE = 0.4;
/** So many attempts may follow one another at once. */
const QUICK_ATTEMPTS = 3;
const REVISION = /^[1-9][0-9]{0,15}$/;

/** A transaction to be stored. */
export interface BatchToCommit {
  readonly steps: readonly TransactionStep[];
  readonly marks: EventMarks;
  /** Milliseconds for all of it. */
  readonly timeoutMs: number;
  /** A sequence that the stream had reached before. */
  readonly knownSequence: number;
  /** Most bytes of one message in the stream; undefined: no limit. */
  readonly maxMessageBytes: number | undefined;
}

/**
 * Stores a transaction and answers the sequence of its first message; the others follow without a gap. A lost
 * acknowledgement is settled by reading the keys from the leader, as for a single write.
 */
export function commitBatch(
  stream: BucketStream,
  batch: BatchToCommit,
): Promise<Result<number, TransactionError>> {
  const stale = batch.steps.find((step) =>
    "key" in step && step.when.kind === "revision" && !REVISION.test(step.when.revision)
  );
  if (stale !== undefined) return Promise.resolve(err(refused(stream, stale, "changed")));
  return new Commit(stream, batch).run();
}

/** The end, or when another attempt follows. */
type Step = Result<number, TransactionError> | "now" | "later";

class Commit {
  readonly #stream: BucketStream;
  readonly #batch: BatchToCommit;
  readonly #writes: readonly (readonly [place: number, step: WriteStep])[];
  readonly #operationId = nuid.next();
  readonly #deadline: number;
  #expected: ReadonlyMap<number, number | undefined>;
  #uncertain = false;
  #readable: Readable = "unreadable";
  #failure: ApiFailure = { kind: "timeout" };

  constructor(stream: BucketStream, batch: BatchToCommit) {
    this.#stream = stream;
    this.#batch = batch;
    this.#writes = batch.steps.flatMap((step, place) =>
      "key" in step ? [[place, step] as const] : []
    );
    this.#deadline = performance.now() + batch.timeoutMs;
    this.#expected = new Map(
      this.#writes.map(([place, { when }]) => [
        place,
        when.kind === "any" ? undefined : when.kind === "absent" ? 0 : Number(when.revision),
      ]),
    );
  }

  async run(): Promise<Result<number, TransactionError>> {
    const backoff = new Backoff(this.#deadline);
    for (let attempts = 1;; attempts++) {
      const step = await this.#attempt();
      if (step !== "now" && step !== "later") return step;
      const quick = step === "now" && attempts < QUICK_ATTEMPTS && !backoff.over;
      if (!quick && !await backoff.pause()) return err(this.#late());
    }
  }

  async #attempt(): Promise<Step> {
    const { steps, marks, timeoutMs, maxMessageBytes = Infinity } = this.#batch;
    const batchId = nuid.next();
    const messages = batchMessages(this.#stream.bucket, steps, {
      batchId,
      operationId: this.#operationId,
      expected: this.#expected,
      marks,
    });
    const { requests } = this.#stream.api;
    // A message that the stream refuses for its size would only be said to be missing.
    const maximum = Math.min(requests.line.info?.max_payload ?? Infinity, maxMessageBytes);
    const large = messages.findIndex((message) => sizeOf(message) > maximum);
    if (large >= 0) return err(tooLarge(this.#stream, steps[large], messages[large], maximum));
    const deadline = Math.min(this.#deadline, performance.now() + timeoutMs * ATTEMPT_SHARE);
    const ack = readBatchAck(await requestTogether(requests, messages, deadline));
    if (ack.isErr()) return await this.#notStored(ack.error);
    const { sequence, batch, count } = ack.orThrow();
    if (batch !== batchId || count !== steps.length) return err(notTogether(this.#stream));
    const first = sequence - count + 1;
    if (first > this.#batch.knownSequence) return ok(first);
    // The stream had that sequence before: the acknowledgement cannot be true.
    this.#uncertain = true;
    return await this.#lookUp();
  }

  #notStored(failure: ApiFailure): Step | Promise<Step> {
    this.#failure = failure;
    const { happened, passes } = failureRule(failure);
    if (happened === "open") {
      this.#uncertain = true;
      return this.#lookUp();
    }
    if (lostRace(failure)) return this.#lookUp();
    if (failure.kind === "no_responders") return this.#noResponders();
    // Too many batches were begun at once, or the leader has changed: none of it was stored.
    const isCut = failure.kind === "refused" && failure.code === API_CODE.batchIncomplete;
    return isCut || passes ? "later" : err(this.#late());
  }

  /** Reads the keys to learn what became of the batch. */
  async #lookUp(): Promise<Step> {
    const found = await Promise.all(
      this.#writes.map(([, { key }]) => this.#stream.revision({ last: key }, this.#deadline)),
    );
    const keys: BatchKey[] = [];
    for (const [index, [place, { when }]] of this.#writes.entries()) {
      const current = found[index]!.take();
      this.#readable = isErr(current) ? "unreadable" : "readable";
      if (isErr(current)) return this.#uncertain ? err(this.#unknown()) : current;
      const { sequence = 0, deleted = false, operationId } = current ?? {};
      keys.push({ when, place, sequence, deleted, isOurs: operationId === this.#operationId });
    }
    const { knownSequence } = this.#batch;
    const decision = decideBatch(keys, { uncertain: this.#uncertain, knownSequence });
    switch (decision.kind) {
      case "done":
        return ok(decision.first);
      case "refused":
        return err(refused(this.#stream, this.#batch.steps[decision.place], decision.why));
      case "unknown":
        return err(this.#unknown());
      case "again":
        this.#expected = decision.expected;
        return "now";
    }
  }

  /** Without a listener nothing was stored: the bucket has no outbox, or JetStream is not ready yet. */
  async #noResponders(): Promise<Step> {
    const info = (await this.#stream.info(this.#deadline)).take();
    if (isErr(info)) return this.#uncertain ? err(this.#unknown()) : info;
    return info.takesBatches ? "later" : err(notTogether(this.#stream));
  }

  #late(): TransactionError {
    if (this.#uncertain) return this.#unknown(this.#readable);
    const { code } = this.#failure.kind === "refused" ? this.#failure : { code: 0 };
    if (code === API_CODE.batchesDisabled) return notTogether(this.#stream);
    return kvFailure(this.#failure, this.#stream.context(DOING));
  }

  #unknown(readable: Readable = "unreadable"): TransactionError {
    return unknownOutcome(this.#stream.context(DOING), false, readable);
  }
}

/** What is done, for messages. */
export const DOING = "committing a transaction to";

/** What the server says of a batch; a server that does not know batches leaves out both. */
interface BatchAck {
  readonly sequence: number;
  readonly batch: string | undefined;
  readonly count: number | undefined;
}

function readBatchAck(answer: RequestAnswer): Result<BatchAck, ApiFailure> {
  return readApiAnswer(answer).andThen(({ seq, batch, count }): Result<BatchAck, ApiFailure> =>
    typeof seq !== "number" || seq <= 0 ? err({ kind: "malformed" }) : ok({
      sequence: seq,
      batch: typeof batch === "string" ? batch : undefined,
      count: typeof count === "number" ? count : undefined,
    })
  );
}

function sizeOf({ payload, headers }: OutgoingMessage): number {
  return payload.length + headers.length;
}

/** The error of the step that is too large. */
function tooLarge(
  stream: BucketStream,
  step: TransactionStep | undefined,
  message: OutgoingMessage | undefined,
  maximum: number,
): TransactionError {
  const size = message === undefined ? 0 : sizeOf(message);
  const failure = { kind: "too_large", size, maximum } as const;
  return step !== undefined && "event" in step
    ? unstoredEvent(failure, step.event.subject)
    : kvFailure(failure, stream.context(DOING, step && ("key" in step ? step.key : undefined)));
}

function refused(
  stream: BucketStream,
  step: TransactionStep | undefined,
  why: "exists" | "changed",
): TransactionError {
  const key = step !== undefined && "key" in step ? step.key : undefined;
  const context = stream.context(DOING, key);
  if (why === "exists") {
    const what = "it holds a value already, and nothing was stored; use put to replace it";
    return kvError({ reason: "exists", what }, context);
  }
  const what = "its revision is not the expected one any more, and nothing was stored; read it " +
    "again, then decide again";
  return kvError({ reason: "revision_mismatch", what }, context);
}

/** The server stores single messages only. */
export function notTogether(stream: BucketStream): TransactionError {
  const what =
    "the server does not store its messages together; it needs NATS 2.12 or later, and " +
    "outbox: true in the contract that is reconciled";
  return kvError({ reason: "unavailable", what, retryable: false }, stream.context(DOING));
}
