import { FOLDED_KEY } from "../../contracts/stored/projection_names.ts";
import { HELD_HEADER, POSITION_HEADER } from "../../contracts/stored/work_headers.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { BucketStream } from "../kv/nats/bucket_stream.ts";
import { kvFailure } from "../kv/nats/kv_failure.ts";
import { type BucketRevision, writeHeaders } from "../kv/nats/stored_revision.ts";
import { KVError } from "../kv/kv_error.ts";
import { Backoff } from "../nats/backoff.ts";
import { lostRace, readPublishAck } from "../nats/jetstream/api_answer.ts";
import { failureRule } from "../nats/jetstream/failure_rule.ts";
import { headerValue } from "../nats/headers/received_headers.ts";
import { failureMeaning } from "../nats/jetstream/failure_meaning.ts";
import { freshToken } from "../nats/session_token.ts";
import type { Delivery } from "../work/delivery.ts";
import { formatPosition, parsePosition, type Position } from "../../contracts/stored/position.ts";

/** What a key of a projection holds. */
export interface KeyState {
  /** Revision in the bucket; 0: there was never one. */
  readonly revision: number;
  /** Undefined: the key has no value. */
  readonly bytes: Uint8Array | undefined;
  /** The last event of the stream that is folded in it; 0: none. */
  readonly sequence: number;
  /** The same in a stream that was there before, and that the value was made of until now. */
  readonly earlier?: number;
  /** The event at which it stands still, as `<sequence> <id>`. */
  readonly held: string | undefined;
}

/** What a key is to hold next. */
export type NextState = Omit<KeyState, "revision">;

/** Keys that are remembered, so that their next event needs no read. */
const MOST_REMEMBERED = 4096;
/** Milliseconds for one read or write. */
const ANSWER_MS = 2000;
const NO_BYTES = new Uint8Array(0);

/** The values of a projection's bucket, each with its position. */
export class KeyStates {
  readonly #stream: BucketStream;
  readonly #created: string;
  readonly #known = new Map<string, KeyState>();

  /** @param created when the stream of events was made: it counts from 1 again when it was made again */
  constructor(stream: BucketStream, created: string) {
    this.#stream = stream;
    this.#created = created;
  }

  /** What a key holds; perhaps as it was a while ago, which a write finds out. */
  async read(key: string): Promise<Result<KeyState, KVError>> {
    const known = this.#known.get(key);
    if (known !== undefined) return ok(known);
    const deadline = performance.now() + ANSWER_MS;
    const found = (await this.#stream.revision({ last: key }, deadline)).take();
    if (isErr(found)) return found;
    const position = parsePosition(headerValue(found?.headers ?? "", POSITION_HEADER));
    if (position !== undefined && isLater(position.created, this.#created)) {
      return err(this.#outdated(position.created));
    }
    const state = this.#stateOf(found, position);
    this.#remember(key, state);
    return ok(state);
  }

  /** Whether an event is folded in what a key holds. */
  has(
    { sequence, earlier = 0 }: KeyState,
    event: Pick<Delivery, "sequence" | "writtenAt">,
  ): boolean {
    if (event.sequence <= sequence) return true;
    // What is older than its stream was restored with it, under the number that it had.
    return event.sequence <= earlier && event.writtenAt < Date.parse(this.#created);
  }

  /** Stores what follows on `before`; false when something else does, which is to be read first. */
  async write(key: string, before: KeyState, next: NextState): Promise<Result<boolean, KVError>> {
    const { api, subjectPrefix } = this.#stream;
    const position = formatPosition({ created: this.#created, sequence: next.sequence });
    const held = next.held === undefined ? "" : `${HELD_HEADER}: ${next.held}\r\n`;
    const lines = `${POSITION_HEADER}: ${position}\r\n${held}`;
    const isGone = next.bytes === undefined;
    const headers = writeHeaders(freshToken(22), before.revision, isGone, lines);
    const backoff = new Backoff(performance.now() + 2 * ANSWER_MS);
    for (;;) {
      const deadline = performance.now() + ANSWER_MS;
      const subject = subjectPrefix + key;
      const ack = readPublishAck(
        await api.requests.request(subject, next.bytes ?? NO_BYTES, deadline, headers),
      );
      if (ack.isOk()) {
        this.#remember(key, { ...next, revision: ack.value.sequence });
        return ok(true);
      }
      const failure = ack.isErr() ? ack.error : { kind: "malformed" } as const;
      // Reading shows what is there: the position says whether this was stored.
      const { happened, passes } = failureRule(failure);
      if (lostRace(failure) || happened === "open") {
        this.#known.delete(key);
        return ok(false);
      }
      if (!passes || !await backoff.pause()) {
        return err(kvFailure(failure, this.#stream.context("writing to", key)));
      }
    }
  }

  /** Says in the bucket that everything up to a sequence is folded; answers why it could not. */
  async mark(sequence: number): Promise<string | undefined> {
    const { api, subjectPrefix } = this.#stream;
    const position = formatPosition({ created: this.#created, sequence });
    const lines = `${POSITION_HEADER}: ${position}\r\n`;
    const headers = writeHeaders(freshToken(22), undefined, true, lines);
    const deadline = performance.now() + ANSWER_MS;
    const subject = subjectPrefix + FOLDED_KEY;
    const ack = readPublishAck(await api.requests.request(subject, NO_BYTES, deadline, headers));
    return ack.isErr() ? failureMeaning(ack.error).what : undefined;
  }

  #stateOf(found: BucketRevision | undefined, position: Position | undefined): KeyState {
    if (found === undefined) {
      return { revision: 0, bytes: undefined, sequence: 0, held: undefined };
    }
    const { sequence: revision, deleted, bytes, headers } = found;
    // What has no position was not made by the projection.
    if (position === undefined) {
      return { revision, bytes: undefined, sequence: 0, held: undefined };
    }
    const isOfStream = position.created === this.#created;
    return {
      revision,
      bytes: deleted ? undefined : bytes,
      // The history before is in the value, and nowhere else any more.
      ...(isOfStream
        ? { sequence: position.sequence }
        : { sequence: 0, earlier: position.sequence }),
      held: headerValue(headers, HELD_HEADER),
    };
  }

  #outdated(created: string): KVError {
    const { resource } = this.#stream.context("reading");
    const message = `${resource} follows the stream of events that was made at ${created}, and ` +
      `this service is bound to the one of ${this.#created}`;
    return new KVError({ reason: "bucket_missing", message });
  }

  #remember(key: string, state: KeyState): void {
    this.#known.delete(key);
    this.#known.set(key, state);
    if (this.#known.size > MOST_REMEMBERED) this.#known.delete(this.#known.keys().next().value!);
  }
}

function isLater(a: string, b: string): boolean {
  return a !== b && Date.parse(a) > Date.parse(b);
}
