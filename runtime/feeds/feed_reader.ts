import type { ErrorClass } from "../../contracts/errors/trellis_error.ts";
import { TransportError } from "../../contracts/errors/transport_error.ts";
import { AsyncResult, err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { ConnectionEvent } from "../nats/connection_events.ts";
import { deferred } from "../nats/link/deferred.ts";
import { pause } from "../nats/pause.ts";
import { unrefTimer } from "../nats/unref_timer.ts";
import { errorOf, malformedReply } from "../rpc/error_envelope.ts";
import { isRetryable } from "../rpc/is_retryable.ts";
import { WatchQueue } from "../watch_queue.ts";
import { WINDOW_BYTES, WINDOW_FRAMES } from "./feed_messages.ts";
import { FeedSubscription, type SubscriptionParts } from "./feed_subscription.ts";
import type { Feed, FeedItem, FeedOptions } from "./feed_types.ts";
import type { FeedEnd, Frame } from "./frame.ts";

const LOOK_MS = 1000;
/** The longest pause between two attempts to subscribe again, in milliseconds. */
const LONGEST_PAUSE_MS = 2000;
/** Why values may be missing when a subscription is taken up again. */
const NO_PLACE = "the subscription was lost before any value had said where to go on";

/** One feed as untyped code subscribes to it. */
export type UntypedFeedCall = (
  input: unknown,
  options?: FeedOptions,
) => AsyncResult<Feed<unknown, Error>, Error>;

/** Subscribes to one feed. */
export function feedCall(parts: SubscriptionParts): UntypedFeedCall {
  return (input, options = {}) => new AsyncResult(FeedReader.open(parts, input, options));
}

/**
 * A feed over any number of subscriptions, each at one instance of the service. What comes is numbered in each; when
 * something is missing, or the instance is gone, the next one goes on after the last value that has come.
 */
class FeedReader implements Feed<unknown, Error> {
  readonly #parts: SubscriptionParts;
  readonly #input: unknown;
  readonly #options: FeedOptions;
  readonly #outcome = deferred<Result<void, Error>>();
  readonly #queue: WatchQueue<FeedItem<unknown>>;
  readonly #unlisten: () => void;
  readonly #looking: ReturnType<typeof setInterval>;
  readonly #ends = new AbortController();
  readonly #onAbort = () => this.#end(ok());
  #subscription: FeedSubscription | undefined;
  #cursor: string | undefined;
  #gap = false;
  #gapReason: string | undefined;
  #isAsking = true;
  /** True when the subscription that is being made is lost already. */
  #isStale = false;
  #isIterated = false;
  /** What has come and was not taken. */
  #waitingFrames = 0;
  #waitingBytes = 0;
  #onTaken: (() => void) | undefined;

  private constructor(parts: SubscriptionParts, input: unknown, options: FeedOptions) {
    this.#parts = parts;
    this.#input = input;
    this.#options = options;
    this.#cursor = options.cursor;
    this.#queue = new WatchQueue(() => this.#end(ok()));
    this.#unlisten = parts.line.watch((event) => this.#observe(event));
    this.#looking = setInterval(() => this.#subscription?.look(), LOOK_MS);
    unrefTimer(this.#looking);
    options.signal?.addEventListener("abort", this.#onAbort);
  }

  /** Subscribes; a failure is that of the request, and nothing goes on. */
  static async open(
    parts: SubscriptionParts,
    input: unknown,
    options: FeedOptions,
  ): Promise<Result<Feed<unknown, Error>, Error>> {
    const reader = new FeedReader(parts, input, options);
    if (options.signal?.aborted) reader.#onAbort();
    const begun = (await reader.#subscribe()).take();
    reader.#isAsking = false;
    if (isErr(begun)) {
      reader.#end(begun);
      // It was over before this was made.
      reader.#subscription?.stop();
      return begun;
    }
    if (reader.#isStale) reader.#again();
    return ok(reader);
  }

  get #isOver(): boolean {
    return this.#ends.signal.aborted;
  }

  /** See {@link Feed.outcome}. */
  get outcome(): Promise<Result<void, Error>> {
    return this.#outcome.promise;
  }

  /** The one loop. */
  [Symbol.asyncIterator](): AsyncIterator<FeedItem<unknown>, undefined> {
    if (this.#isIterated) throw new TypeError("a feed has one loop; subscribe again for another");
    this.#isIterated = true;
    return this.#queue[Symbol.asyncIterator]();
  }

  async #subscribe(): Promise<Result<void, Error>> {
    this.#isStale = false;
    const lost = () => {
      if (subscription !== this.#subscription) return;
      this.#isStale = true;
      if (!this.#isAsking) this.#again();
    };
    const subscription = new FeedSubscription(this.#parts, {
      frame: (frame, bytes) => this.#take(subscription, frame, bytes, lost),
      lost,
      failed: (error) => this.#end(err(error)),
    });
    this.#subscription = subscription;
    const { cursor: _, onGap: __, ...options } = this.#options;
    const signal = this.#ends.signal;
    return await subscription.begin(this.#input, this.#cursor, { ...options, signal });
  }

  /** Subscribes again. What may pass is waited out, for as long as it takes. */
  async #again(): Promise<void> {
    if (this.#isAsking || this.#isOver) return;
    this.#isAsking = true;
    this.#subscription?.stop();
    if (this.#cursor === undefined) this.#missed(NO_PLACE);
    for (let ms = 100; !this.#isOver; ms = Math.min(LONGEST_PAUSE_MS, ms * 2)) {
      // The window of the next subscription comes on top of what waits.
      await this.#room();
      const begun = (await this.#subscribe()).take();
      if (!isErr(begun) && !this.#isStale) break;
      this.#subscription?.stop();
      if (isErr(begun) && !isRetryable(begun.error)) this.#end(begun);
      else await pause(ms * (0.5 + Math.random() / 2), this.#ends.signal);
    }
    this.#isAsking = false;
  }

  /** Resolves when no more than half of a window waits to be taken. */
  async #room(): Promise<void> {
    const isFull = () =>
      this.#waitingFrames * 2 > WINDOW_FRAMES || this.#waitingBytes * 2 > WINDOW_BYTES;
    while (isFull() && !this.#isOver) {
      await new Promise<void>((resolve) => this.#onTaken = resolve);
    }
  }

  #take(from: FeedSubscription, frame: Frame, bytes: number, lost: () => void): void {
    if (from !== this.#subscription || this.#isOver) return;
    if ("end" in frame) {
      if ("reason" in frame.end && frame.end.reason !== "done") lost();
      else this.#end(outcomeOf(frame.end, this.#parts.surface.subscribe.declared));
      return;
    }
    if ("reset" in frame) this.#missed(frame.why);
    else if (!this.#push(frame)) return;
    this.#waitingFrames++;
    this.#waitingBytes += bytes;
    this.#queue.mark(() => {
      this.#waitingFrames--;
      this.#waitingBytes -= bytes;
      from.take(frame.seq, bytes);
      this.#onTaken?.();
    });
  }

  /** False for a value that is not what the feed declares. */
  #push({ value, cursor }: { readonly value: unknown; readonly cursor?: string }): boolean {
    const { event, name } = this.#parts.surface;
    if (!event.check(value)) {
      const issue = event.issues(value)[0];
      const why = `${issue?.path ?? ""} ${issue?.message ?? "does not fit"}`;
      this.#end(err(malformedReply(name, why)));
      return false;
    }
    const gapReason = this.#gapReason;
    const why = gapReason === undefined ? {} : { gapReason };
    this.#queue.push({ value, cursor, gap: this.#gap, ...why });
    this.#gap = false;
    this.#gapReason = undefined;
    this.#cursor = cursor ?? this.#cursor;
    return true;
  }

  #missed(why: string | undefined): void {
    this.#gap = true;
    this.#gapReason = why;
    if (this.#options.onGap !== "end") return;
    this.#end(err(
      new TransportError({
        message: `values of ${this.#parts.surface.name} may be missing from here on` +
          (why === undefined ? "" : `: ${why}`),
        code: "trellis.feed.gap",
        hint: "read how things are, and subscribe again",
      }),
    ));
  }

  #observe(event: ConnectionEvent): void {
    if (event.kind === "reconnected") this.#again();
    if (event.kind === "renewed") this.#subscription?.ask();
    if (event.kind !== "closed") return;
    this.#end(err(
      event.error ?? new TransportError({
        message: `the connection was closed, and ${this.#parts.surface.name} with it`,
        code: "trellis.connection.closed",
        hint: "connect again",
      }),
    ));
  }

  /** Ends it, once. What has come before an end that the service tells of is still taken. */
  #end(outcome: Result<void, Error>): void {
    if (this.#isOver) return;
    this.#ends.abort();
    clearInterval(this.#looking);
    this.#unlisten();
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    this.#subscription?.stop();
    this.#outcome.resolve(outcome);
    this.#onTaken?.();
    if (this.#options.signal?.aborted) this.#queue.end();
    else this.#queue.mark(() => this.#queue.end());
  }
}

function outcomeOf(
  end: FeedEnd,
  declared: ReadonlyMap<string, ErrorClass>,
): Result<void, Error> {
  return "error" in end ? err(errorOf(end.error, declared)) : ok();
}
