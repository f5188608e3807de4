import { nuid } from "@nats-io/transport-deno";
import { isRecord } from "../../../contracts/json/json.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import type { WriteCondition } from "../kv_bucket.ts";
import type { KVError } from "../kv_error.ts";
import { apiError, kvError, type KvPlace, linkError, unknownOutcome } from "./kv_failure.ts";
import { apiErrorKind } from "../../nats/jetstream/api_code.ts";
import type { LinkAnswer } from "../../nats/jetstream/jetstream_requests.ts";
import { type KvRecord, writeHeaders } from "./stored_revision.ts";
import { type BucketStream, pause, problemOf } from "./bucket_stream.ts";

/** The part of an operation's time that one attempt may take before its outcome is looked up. */
const ATTEMPT_SHARE = 0.4;

/** A write to one key: of bytes, or of a deletion marker. */
export interface Mutation {
  /** The key. */
  readonly key: string;
  /** What to store; undefined to mark the key as deleted. */
  readonly bytes: Uint8Array | undefined;
  /** When to do it. */
  readonly when: WriteCondition;
  /** Milliseconds for all of it. */
  readonly timeoutMs: number;
  /** A sequence that the stream had reached before; whatever is not newer is older than this write. */
  readonly knownSequence: number;
}

const NO_BYTES = new Uint8Array(0);
const REVISION = /^[1-9][0-9]{0,15}$/;

/**
 * Carries out a write and answers its sequence. It ends as done, as refused, or, when the answer is
 * lost, by reading the key from the leader: every write carries an id by which it is
 * recognised. What is proved not to have happened is tried again under the condition that
 * nothing has happened since; what can be neither proved nor disproved is `unknown_outcome`.
 */
export function mutate(stream: BucketStream, mutation: Mutation): Promise<Result<number, KVError>> {
  const { when, key } = mutation;
  if (when.kind === "revision" && !REVISION.test(when.revision)) {
    return Promise.resolve(err(mismatch(placeOf(stream, mutation), when.revision)));
  }
  return new Write(stream, mutation, `${stream.subjectPrefix}${key}`).run();
}

class Write {
  readonly #stream: BucketStream;
  readonly #mutation: Mutation;
  readonly #subject: string;
  readonly #operationId = nuid.next();
  readonly #place: KvPlace;
  readonly #deadline: number;
  /** Sequence that the key must have; undefined: any. */
  #expected: number | undefined;
  /** True once an attempt may have happened without an answer. */
  #uncertain = false;

  constructor(stream: BucketStream, mutation: Mutation, subject: string) {
    this.#stream = stream;
    this.#mutation = mutation;
    this.#subject = subject;
    this.#place = placeOf(stream, mutation);
    this.#deadline = performance.now() + mutation.timeoutMs;
    this.#expected = initialSequence(mutation.when);
  }

  async run(): Promise<Result<number, KVError>> {
    for (;;) {
      const step = this.#interpret(await this.#attempt());
      const end = step instanceof Promise ? await step : step;
      if (end !== undefined) return end;
    }
  }

  #attempt(): Promise<LinkAnswer> {
    const { bytes = NO_BYTES, timeoutMs } = this.#mutation;
    const deadline = Math.min(this.#deadline, performance.now() + timeoutMs * ATTEMPT_SHARE);
    const headers = writeHeaders(
      this.#operationId,
      this.#expected,
      this.#mutation.bytes === undefined,
    );
    return this.#stream.link.request(this.#subject, bytes, deadline, headers);
  }

  /** The end of the write, or undefined when it is to be tried again. */
  #interpret(answer: LinkAnswer): Step | Promise<Step> {
    switch (answer.kind) {
      case "answer":
        return this.#acknowledged(parse(answer.msg.string()));
      case "lost":
      case "timeout":
        this.#uncertain = true;
        return this.#lookUp();
      case "no_responders":
        return this.#nobodyListens(answer);
      default:
        // Down while this attempt waited: there is no more to be learned in time.
        if (answer.kind === "down" && performance.now() < this.#deadline) return undefined;
        return this.#uncertain ? this.#unknown() : err(linkError(answer, this.#place));
    }
  }

  #acknowledged(answer: unknown): Step | Promise<Step> {
    const problem = problemOf(answer);
    if (problem === undefined) {
      if (isRecord(answer) && typeof answer.seq === "number") return ok(answer.seq);
      this.#uncertain = true;
      return this.#lookUp();
    }
    if (apiErrorKind(problem.code) !== "lost_race") {
      return err(apiError(problem.code, problem.description, this.#place));
    }
    const { when } = this.#mutation;
    if (this.#uncertain || when.kind === "absent") return this.#lookUp(true);
    return err(mismatch(this.#place, when.kind === "revision" ? when.revision : "none"));
  }

  /** Reads the key to learn what became of the attempt. */
  async #lookUp(refused = false): Promise<Step> {
    const { key, when, bytes } = this.#mutation;
    const read = await this.#stream.message({ last: key }, this.#deadline);
    if (read.isErr()) return this.#uncertain ? this.#unknown() : err(read.error);
    const current = read.orThrow();
    if (current?.operationId === this.#operationId) return ok(current.sequence);
    const sequence = current?.sequence ?? 0;
    // Nothing newer than this write is there: it has not happened, and nobody came in between.
    const untouched = !this.#uncertain || sequence <= this.#mutation.knownSequence;
    if (when.kind === "absent" && untouched) return this.#createAgain(current);
    if (sequence === this.#expected || (when.kind === "any" && untouched && !refused)) {
      this.#expected = sequence;
      return undefined;
    }
    if (when.kind === "revision" && untouched) return err(mismatch(this.#place, when.revision));
    // The key holds nothing, which is all that an unconditional deletion is for.
    if (bytes === undefined && when.kind === "any" && (current?.deleted ?? true)) {
      return ok(sequence);
    }
    return this.#unknown();
  }

  /** A creation was refused: over a deletion marker it is tried again, over a value it is not. */
  #createAgain(current: KvRecord | undefined): Step {
    if (current !== undefined && !current.deleted) {
      const what = "it holds a value already; use put to replace it";
      return err(kvError({ reason: "exists", what }, this.#place));
    }
    if (performance.now() >= this.#deadline) {
      return err(linkError({ kind: "timeout" }, this.#place));
    }
    this.#expected = current?.sequence ?? 0;
    return undefined;
  }

  /** Without a listener nothing was stored: the bucket is missing, or JetStream is not ready yet. */
  async #nobodyListens(failure: Exclude<LinkAnswer, { kind: "answer" }>): Promise<Step> {
    const info = (await this.#stream.info(this.#deadline)).take();
    if (isErr(info)) return this.#uncertain ? this.#unknown() : err(info.error);
    if (performance.now() >= this.#deadline) return err(linkError(failure, this.#place));
    await pause(this.#deadline);
    return undefined;
  }

  #unknown(): Step {
    // Repeating an unconditional write sets the same value once more; a condition may be used up.
    return err(unknownOutcome(this.#place, this.#mutation.when.kind === "any"));
  }
}

/** The end of a write, or undefined when another attempt follows. */
type Step = Result<number, KVError> | undefined;

function placeOf(stream: BucketStream, { key, bytes }: Mutation): KvPlace {
  return { bucket: stream.bucket, doing: bytes === undefined ? "deleting" : "writing", key };
}

function initialSequence(when: WriteCondition): number | undefined {
  if (when.kind === "any") return undefined;
  return when.kind === "absent" ? 0 : Number(when.revision);
}

function mismatch(place: KvPlace, expected: string): KVError {
  const what = `its revision is not ${JSON.stringify(expected.slice(0, 40))} any more; ` +
    "read it again and decide anew";
  return kvError({ reason: "revision_mismatch", what }, place);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
