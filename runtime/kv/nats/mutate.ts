import { nuid } from "@nats-io/nats-core";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { Backoff } from "../../nats/backoff.ts";
import {
  type ApiFailure,
  lostRace,
  type PublishAck,
  readPublishAck,
} from "../../nats/jetstream/api_answer.ts";
import { MESSAGE_ID_HEADER, NEVER_STORED_LINES } from "../../nats/jetstream/publish_headers.ts";
import { failureRule } from "../../nats/jetstream/failure_rule.ts";
import { failureMeaning } from "../../nats/jetstream/failure_meaning.ts";
import { mayBeClustered } from "../../nats/link/js_domain.ts";
import type { OperationContext } from "../../operation_context.ts";
import type { WriteCondition } from "../kv_bucket.ts";
import type { KVError } from "../kv_error.ts";
import type { BucketStream } from "./bucket_stream.ts";
import { kvError, kvFailure, type Readable, unknownOutcome } from "./kv_failure.ts";
import { type BucketRevision, writeHeaders } from "./stored_revision.ts";

/** The part of an operation's time that one attempt may take before its outcome is looked up. */
const ATTEMPT_SHARE = 0.4;
/** So many attempts may follow one another at once, as the one that replaces a deletion marker. */
const QUICK_ATTEMPTS = 3;

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
  /**
   * Names the write where others may carry out the same one, or it is carried out again: it is stored once,
   * as long as the stream remembers the name.
   */
  readonly sharedId?: string;
  /** Header lines to store with it, each ended as a header is. */
  readonly headers?: string;
  /** True for what counts as no value, besides deletion markers. */
  readonly isGone?: (revision: BucketRevision) => boolean;
}

/** What a write came to. */
export interface Mutated {
  /** Sequence of what was stored. */
  readonly sequence: number;
  /** True when it was stored before, by this attempt or by another who shares the id. */
  readonly isRepeat: boolean;
}

const encoder = new TextEncoder();

const NO_BYTES = new Uint8Array(0);
const REVISION = /^[1-9][0-9]{0,15}$/;

/**
 * Carries out a write and answers its sequence. It ends as done, as refused, or, when the answer is
 * lost, by reading the key from the leader: every write carries an id by which it is
 * recognised. What is proved not to have happened is tried again under the condition that
 * nothing has happened since; what can be neither proved nor disproved is `unknown_outcome`.
 */
export function mutate(
  stream: BucketStream,
  mutation: Mutation,
): Promise<Result<Mutated, KVError>> {
  const { when } = mutation;
  if (when.kind === "revision" && !REVISION.test(when.revision)) {
    return Promise.resolve(err(mismatch(contextOf(stream, mutation), when.revision)));
  }
  return new Write(stream, mutation).run();
}

/** The end of a write, or when another attempt follows. */
type Step = Result<Mutated, KVError> | "now" | "later";

class Write {
  readonly #stream: BucketStream;
  readonly #mutation: Mutation;
  readonly #operationId: string;
  readonly #context: OperationContext;
  readonly #deadline: number;
  /** Sequence that the key must have; undefined: any. */
  #expected: number | undefined;
  /** True once an attempt may have happened without an answer. */
  #uncertain = false;
  /** Whether the last look at the key had an answer. */
  #readable: Readable = "unreadable";
  /** Why the last attempt came to nothing. */
  #failure: ApiFailure = { kind: "timeout" };

  constructor(stream: BucketStream, mutation: Mutation) {
    this.#stream = stream;
    this.#mutation = mutation;
    this.#operationId = mutation.sharedId ?? nuid.next();
    this.#context = contextOf(stream, mutation);
    this.#deadline = performance.now() + mutation.timeoutMs;
    this.#expected = initialSequence(mutation.when);
  }

  async run(): Promise<Result<Mutated, KVError>> {
    const backoff = new Backoff(this.#deadline);
    for (let attempts = 1;; attempts++) {
      const answer = readPublishAck(await this.#attempt());
      const step = answer.isOk()
        ? await this.#acknowledged(answer.value)
        : await this.#notAcknowledged(answer.isErr() ? answer.error : this.#failure);
      if (step !== "now" && step !== "later") return step;
      const quick = step === "now" && attempts < QUICK_ATTEMPTS && !backoff.over;
      if (!quick && !await backoff.pause()) return err(this.#late());
    }
  }

  #attempt() {
    const { key, bytes, timeoutMs, sharedId, headers: lines = "" } = this.#mutation;
    const { api, subjectPrefix } = this.#stream;
    const deadline = Math.min(this.#deadline, performance.now() + timeoutMs * ATTEMPT_SHARE);
    const named = sharedId === undefined ? lines : `${messageIdLine(sharedId)}${lines}`;
    const headers = writeHeaders(this.#operationId, this.#expected, bytes === undefined, named);
    return api.requests.request(subjectPrefix + key, bytes ?? NO_BYTES, deadline, headers);
  }

  #acknowledged({ sequence, isRepeat }: PublishAck): Step | Promise<Step> {
    if (isRepeat || sequence > this.#mutation.knownSequence) return ok({ sequence, isRepeat });
    // The stream had that sequence before the write began: the acknowledgement cannot be true.
    this.#uncertain = true;
    return this.#lookUp();
  }

  #notAcknowledged(failure: ApiFailure): Step | Promise<Step> {
    this.#failure = failure;
    const { happened, passes } = failureRule(failure);
    if (happened === "open") {
      this.#uncertain = true;
      return this.#lookUp();
    }
    if (lostRace(failure)) {
      const { when, sharedId } = this.#mutation;
      // Of two servers that both think to lead, the one that was cut off refuses what the other one stores.
      const isOpen = this.#uncertain || sharedId !== undefined ||
        mayBeClustered(this.#stream.api.requests.line);
      if (isOpen || when.kind === "absent") return this.#lookUp(true);
      return err(mismatch(this.#context, when.kind === "revision" ? when.revision : "none"));
    }
    if (failure.kind === "no_responders") return this.#noResponders();
    if (this.#mutation.bytes === undefined && failureMeaning(failure).reason === "full") {
      return this.#removeWithoutRoom();
    }
    return passes ? "later" : err(this.#late());
  }

  /** Reads the key to learn what became of the attempt. */
  async #lookUp(refused = false): Promise<Step> {
    const { key, when, bytes, knownSequence } = this.#mutation;
    const current = (await this.#stream.revision({ last: key }, this.#deadline)).take();
    this.#readable = isErr(current) ? "unreadable" : "readable";
    if (isErr(current)) return this.#uncertain ? err(this.#unknown()) : current;
    if (current?.operationId === this.#operationId) {
      return ok({ sequence: current.sequence, isRepeat: true });
    }
    const before = await this.#storedBefore();
    if (before !== undefined) return ok({ sequence: before, isRepeat: true });
    const sequence = current?.sequence ?? 0;
    if (when.kind === "revision" && current !== undefined && sequence < Number(when.revision)) {
      // It leads no more, and does not know it: what was seen before is not there.
      this.#uncertain = true;
      return "later";
    }
    // Nothing newer than this write is there: it has not happened, and no other came in between.
    const untouched = !this.#uncertain || sequence <= knownSequence;
    if (when.kind === "absent" && untouched) return this.#createAgain(current);
    if (sequence === this.#expected || (when.kind === "any" && untouched && !refused)) {
      this.#expected = sequence;
      return "now";
    }
    if (when.kind === "revision" && untouched) return err(mismatch(this.#context, when.revision));
    // The key holds nothing, which is all that an unconditional deletion is for.
    if (bytes === undefined && when.kind === "any" && (current?.deleted ?? true)) {
      return ok({ sequence, isRepeat: false });
    }
    return err(this.#unknown());
  }

  /**
   * The sequence under which a shared write was stored although something newer has taken its place since.
   * The server looks for the id first, and then refuses what this sends.
   */
  async #storedBefore(): Promise<number | undefined> {
    const { key, sharedId } = this.#mutation;
    if (sharedId === undefined) return undefined;
    const { api, subjectPrefix } = this.#stream;
    const lines = `NATS/1.0\r\n${messageIdLine(sharedId)}${NEVER_STORED_LINES}\r\n`;
    const headers = encoder.encode(lines);
    const ack = readPublishAck(
      await api.requests.request(subjectPrefix + key, NO_BYTES, this.#deadline, headers),
    );
    return ack.isOk() && ack.value.isRepeat ? ack.value.sequence : undefined;
  }

  /**
   * A full bucket refuses the marker of a deletion as well: first what the key holds is purged, up to the
   * revision that was looked at. Nothing that is written since is lost.
   */
  async #removeWithoutRoom(): Promise<Step> {
    const { key, when } = this.#mutation;
    const { api, subjectPrefix } = this.#stream;
    const current = (await this.#stream.revision({ last: key }, this.#deadline)).take();
    if (isErr(current)) return current;
    if (current === undefined) return err(this.#late());
    const { sequence } = current;
    if (when.kind === "revision" && sequence !== this.#expected) {
      return err(mismatch(this.#context, when.revision));
    }
    const purge = JSON.stringify({ filter: subjectPrefix + key, seq: sequence + 1 });
    const purged = await api.ask(`$JS.API.STREAM.PURGE.${api.name}`, purge, this.#deadline);
    if (purged.isErr()) return err(kvFailure(purged.error, this.#context));
    // Watchers learn it by the marker, which has room now unless another write took it.
    this.#expected = 0;
    const marked = readPublishAck(await this.#attempt());
    return ok({ sequence: marked.isOk() ? marked.value.sequence : sequence, isRepeat: false });
  }

  /** A creation was refused: over a deletion marker it is tried again, over a value it is not. */
  #createAgain(current: BucketRevision | undefined): Step {
    const isGone = current?.deleted || current && this.#mutation.isGone?.(current);
    if (current !== undefined && !isGone) {
      const what = "it holds a value already; use put to replace it";
      return err(kvError({ reason: "exists", what }, this.#context));
    }
    this.#expected = current?.sequence ?? 0;
    return "now";
  }

  /** Without a listener nothing was stored: the bucket is missing, or JetStream is not ready yet. */
  async #noResponders(): Promise<Step> {
    const info = (await this.#stream.info(this.#deadline)).take();
    if (!isErr(info)) return "later";
    return this.#uncertain ? err(this.#unknown()) : info;
  }

  /** There is no more to be learned in time. */
  #late(): KVError {
    return this.#uncertain
      ? this.#unknown(this.#readable)
      : kvFailure(this.#failure, this.#context);
  }

  #unknown(readable: Readable = "unreadable"): KVError {
    // Repeating an unconditional write sets the same value once more; a condition may be used up.
    return unknownOutcome(this.#context, this.#mutation.when.kind === "any", readable);
  }
}

function contextOf(stream: BucketStream, { key, bytes }: Mutation): OperationContext {
  return stream.context(bytes === undefined ? "deleting" : "writing", key);
}

function initialSequence(when: WriteCondition): number | undefined {
  if (when.kind === "any") return undefined;
  return when.kind === "absent" ? 0 : Number(when.revision);
}

function messageIdLine(id: string): string {
  return `${MESSAGE_ID_HEADER}: ${id}\r\n`;
}

function mismatch(context: OperationContext, expected: string): KVError {
  const what = `its revision is not ${JSON.stringify(expected.slice(0, 40))} any more; ` +
    "read it again, then decide again";
  return kvError({ reason: "revision_mismatch", what }, context);
}
