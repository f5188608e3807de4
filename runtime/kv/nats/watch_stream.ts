import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import type { FollowOptions, KvChanges, StoredRevision, WatchOptions } from "../kv_bucket.ts";
import type { KVError } from "../kv_error.ts";
import type { ConnectionEvent } from "../../nats/connection_events.ts";
import {
  type DeliveredMessage,
  type DeliveryListener,
  HEARTBEAT_MS,
  PushDelivery,
} from "../../nats/jetstream/push_delivery.ts";
import { Backoff } from "../../nats/backoff.ts";
import { mayBeClustered } from "../../nats/link/js_domain.ts";
import { isSameStream } from "../../nats/jetstream/same_stream.ts";
import type { BucketInfo, BucketStream } from "./bucket_stream.ts";
import { PROBE_KEY } from "./check_writable.ts";
import { bucketReplaced, kvError, kvFailure } from "./kv_failure.ts";
import { isAhead, placeAfter, sequenceAfter } from "./kv_place.ts";
import { type BucketRevision, toRevision } from "./stored_revision.ts";
import { WatchQueue } from "../../watch_queue.ts";

/** Silence after which the delivery is taken for dead, in milliseconds. */
const SILENCE_MS = 3 * HEARTBEAT_MS;
/** Time of one attempt to take the delivery up again, in milliseconds. */
const RESUME_MS = 5000;
/** Pause between two such attempts, in milliseconds. */
const RESUME_PAUSE_MS = 250;
/**
 * How long a leader that was just chosen may take to read what it has, in milliseconds. One that is out of reach of the
 * others is known as that by then.
 */
const NEW_LEADER_MS = 3000;
/** The longest pause between two looks at it, in milliseconds. */
const LONGEST_ASK_MS = 250;

/** Begins to report the revisions of keys that pass the filter; see `KvBucket.watch`. */
export async function watchStream(
  stream: BucketStream,
  filter: string,
  options: WatchOptions,
  timeoutMs: number,
): Promise<Result<AsyncIterable<StoredRevision>, KVError>> {
  const deadline = performance.now() + timeoutMs;
  const info = (await stream.info(deadline)).take();
  if (isErr(info)) return info;
  const { lastSequence } = info;
  const start = options.includeExisting
    ? { after: 0, existingUntil: lastSequence }
    : { after: lastSequence, existingUntil: 0 };
  const watch = new KvWatch(stream, filter, options.signal, { ...start, info });
  const begun = (await watch.begin(deadline)).take();
  return isErr(begun) ? begun : ok(watch.queue);
}

/** Begins to report them from a cursor on; see `KvBucket.follow`. */
export async function followStream(
  stream: BucketStream,
  filter: string,
  { signal, cursor }: FollowOptions,
  timeoutMs: number,
): Promise<Result<KvChanges, KVError>> {
  const deadline = performance.now() + timeoutMs;
  const info = (await infoFor(stream, cursor, deadline, signal)).take();
  if (isErr(info)) return info;
  const { created } = info;
  const after = cursor === undefined ? undefined : sequenceAfter(cursor, info);
  const start = after?.isOk()
    ? { after: after.value, existingUntil: 0 }
    : { after: 0, existingUntil: info.lastSequence, isWithoutDeleted: true };
  const watch = new KvWatch(stream, filter, signal, { ...start, info });
  const begun = (await watch.begin(deadline)).take();
  return isErr(begun) ? begun : ok({
    isWhole: !after?.isOk(),
    whyAnew: after?.isErr() ? after.error : undefined,
    // Those of this bucket are the only ones that come out of it.
    cursorOf: (revision) => placeAfter(revision as BucketRevision, { created }),
    [Symbol.asyncIterator]: () => watch.queue[Symbol.asyncIterator](),
  });
}

/**
 * The state of a bucket. In a cluster, a leader that does not know of the cursor's place is asked again: beginning anew
 * tells everything twice. One that has just been chosen has not read all that it has, and one that is out of
 * reach of the others does not know that it leads no more.
 */
async function infoFor(
  stream: BucketStream,
  cursor: string | undefined,
  deadline: number,
  signal: AbortSignal | undefined,
): Promise<Result<BucketInfo, KVError>> {
  const settled = performance.now() + NEW_LEADER_MS;
  const backoff = new Backoff(deadline, LONGEST_ASK_MS);
  for (;;) {
    const info = (await stream.info(deadline)).take();
    if (isErr(info)) return info;
    const isBehind = cursor !== undefined && isAhead(cursor, info);
    if (!isBehind || !mayBeClustered(stream.api.requests.line)) return ok(info);
    if (!info.isAlone && performance.now() > settled) return ok(info);
    if (await backoff.pause(signal)) continue;
    if (!info.isAlone) return ok(info);
    const what = "its leader does not hear the other servers, and has not all that was seen before";
    return err(kvError(
      { reason: "unavailable", what, retryable: true },
      stream.context("watching"),
    ));
  }
}

/** Where a watch begins. */
interface WatchStart {
  /** Everything up to this sequence is known. */
  readonly after: number;
  /** What was there when the watch began, and is reported first, ends at this sequence. */
  readonly existingUntil: number;
  /** True to leave out what was deleted before the watch began. */
  readonly isWithoutDeleted?: boolean;
  /** The stream as it was then. */
  readonly info: Pick<BucketInfo, "created" | "at">;
}

/**
 * One watch over any number of deliveries. It remembers how far it came; when a delivery breaks, the
 * next one begins after that, provided that the stream is still the same one.
 */
class KvWatch {
  /** What the caller iterates. */
  readonly queue: WatchQueue<BucketRevision>;
  readonly #stream: BucketStream;
  readonly #filter: string;
  readonly #start: WatchStart;
  /** False once all that was there has been reported. */
  #existing = true;
  readonly #unlisten: () => void;
  readonly #silence: ReturnType<typeof setInterval>;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = () => this.queue.end();
  #delivery: PushDelivery | undefined;
  /** Everything up to this sequence has been reported. */
  #cursor: number;
  /** When the stream was made that was seen last, and when that was, in milliseconds since 1970. */
  #made = NaN;
  #seenAt = NaN;
  #heardAt = performance.now();
  /** True while a delivery is being started, the first one too. */
  #starting = true;
  /** What the next delivery brings while the one before still does. */
  #early: DeliveredMessage[] | undefined;

  constructor(
    stream: BucketStream,
    filter: string,
    signal: AbortSignal | undefined,
    start: WatchStart,
  ) {
    this.#stream = stream;
    this.#filter = filter;
    this.#start = start;
    this.#cursor = start.after;
    this.#see(start.info);
    this.queue = new WatchQueue(() => this.#stop());
    this.#signal = signal;
    this.#signal?.addEventListener("abort", this.#onAbort, { once: true });
    this.#unlisten = stream.api.requests.listen((event) => this.#observe(event));
    this.#silence = setInterval(() => this.#checkSilence(), HEARTBEAT_MS);
  }

  /** Starts the first delivery; when that fails, there is no watch. */
  async begin(deadline: number): Promise<Result<void, KVError>> {
    // It may have aborted while the bucket was looked at, and does not do so again.
    if (this.#signal?.aborted) this.queue.end();
    if (this.queue.ended) return ok();
    const begun = (await this.#deliver(deadline)).take();
    this.#starting = false;
    if (!isErr(begun)) return ok();
    this.queue.end();
    return begun;
  }

  async #deliver(deadline: number): Promise<Result<void, KVError>> {
    const { api, subjectPrefix } = this.#stream;
    const delivery = new PushDelivery(api, {
      filter: subjectPrefix + this.#filter,
      // Until all that was there has been reported, superseded revisions are nothing new.
      from: this.#existing && this.#cursor < this.#start.existingUntil
        ? undefined
        : this.#cursor + 1,
      headersOnly: false,
    }, this.#listener(this.#early));
    const started = (await delivery.start(deadline)).take();
    if (isErr(started)) return err(kvFailure(started.error, this.#stream.context("watching")));
    if (this.queue.ended) delivery.stop();
    else this.#delivery = delivery;
    this.#heardAt = performance.now();
    return ok();
  }

  #listener(early: DeliveredMessage[] | undefined): DeliveryListener {
    return {
      message: (delivered) => {
        if (early !== undefined && early === this.#early) early.push(delivered);
        else this.#report(delivered);
      },
      flow: (proceed) => {
        this.#heardAt = performance.now();
        this.queue.mark(proceed);
      },
      idle: () => {
        this.#heardAt = performance.now();
        this.#existing = false;
      },
      broken: (why) => {
        if (why === undefined) this.#resume();
        else this.queue.end(kvFailure(why, this.#stream.context("watching")));
      },
    };
  }

  #report(delivered: DeliveredMessage): void {
    this.#heardAt = performance.now();
    // A delivery of newest messages begins at the front again after a break.
    if (delivered.sequence <= this.#cursor) return;
    this.#cursor = delivered.sequence;
    this.#seenAt = Math.max(this.#seenAt, delivered.writtenAt);
    const revision = toRevision(delivered, this.#stream.subjectPrefix);
    const { isWithoutDeleted = false, existingUntil } = this.#start;
    if (isWithoutDeleted && revision.deleted && revision.sequence <= existingUntil) return;
    if (revision.key !== PROBE_KEY) this.queue.push(revision);
  }

  #observe(event: ConnectionEvent): void {
    if (event.kind === "reconnected") this.#resume();
    if (event.kind === "renewed") this.#move();
    if (event.kind !== "closed") return;
    this.queue.end(kvFailure({ kind: "closed" }, this.#stream.context("watching")));
  }

  #checkSilence(): void {
    if (!this.#stream.api.requests.up) return;
    if (performance.now() - this.#heardAt > SILENCE_MS) this.#resume();
  }

  /** Replaces the delivery by one that goes on where it broke off. */
  async #resume(): Promise<void> {
    if (this.#starting || this.queue.ended) return;
    this.#starting = true;
    this.#delivery?.stop();
    this.#delivery = undefined;
    while (!this.queue.ended) {
      const resumed = await this.#tryResume(performance.now() + RESUME_MS);
      if (!resumed.isErr()) break;
      if (!mayPass(resumed.error)) this.queue.end(resumed.error);
      else await new Promise((resolve) => setTimeout(resolve, RESUME_PAUSE_MS));
    }
    this.#starting = false;
  }

  /**
   * Begins another delivery on the connection that has taken over. The one before goes on until then: what
   * is overwritten meanwhile is reported all the same.
   */
  async #move(): Promise<void> {
    const before = this.#delivery;
    if (this.#starting || this.queue.ended || before === undefined) return;
    this.#starting = true;
    const early: DeliveredMessage[] = this.#early = [];
    const moved = await this.#tryResume(performance.now() + RESUME_MS);
    // Otherwise it breaks when its connection is closed, and that is when it is resumed.
    if (moved.isOk()) await before.drain();
    this.#early = undefined;
    for (const delivered of early) this.#report(delivered);
    this.#starting = false;
  }

  async #tryResume(deadline: number): Promise<Result<void, KVError>> {
    const info = (await this.#stream.info(deadline)).take();
    if (isErr(info)) return info;
    if (!isSameStream({ made: this.#made, at: this.#seenAt }, Date.parse(info.created))) {
      return err(bucketReplaced(this.#stream.context("watching")));
    }
    this.#see(info);
    return await this.#deliver(deadline);
  }

  #see({ created, at }: Pick<BucketInfo, "created" | "at">): void {
    this.#made = Date.parse(created);
    this.#seenAt = at;
  }

  #stop(): void {
    clearInterval(this.#silence);
    this.#unlisten();
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#delivery?.stop();
  }
}

/** What a watch waits out, for as long as it takes. */
function mayPass(error: KVError): boolean {
  return error.reason === "unavailable" || error.reason === "timeout";
}
