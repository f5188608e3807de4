import type { ErrorClass } from "../../../contracts/errors/trellis_error.ts";
import { TrellisError } from "../../../contracts/errors/trellis_error.ts";
import { TransportError } from "../../../contracts/errors/transport_error.ts";
import { UnexpectedError } from "../../../contracts/errors/unexpected_error.ts";
import { ValidationError } from "../../../contracts/errors/validation_error.ts";
import { Err, type Result } from "../../../contracts/result.ts";
import type { Log } from "../../log.ts";
import { Utf8Slab } from "../../nats/utf8/utf8_slab.ts";
import { MOST_CURSOR } from "../feed_messages.ts";
import type { FeedSurface } from "../feed_surface.ts";
import type { FeedSource, FeedYield } from "../feed_yield.ts";
import { leaveSource } from "../leave_source.ts";
import { endFrame, type FeedEnd, resetFrame, valueFrame } from "../frame.ts";
import { yieldJson } from "../shared_yield.ts";
import { SlowSubscriber } from "../slow_subscriber.ts";
import { FrameSender } from "./frame_sender.ts";
import { FrameWindow } from "./frame_window.ts";

/** What a handler's feed is made of, whatever its types. */
export type UntypedSource = FeedSource<unknown, unknown>;

/** What a feed is served with. */
export interface ServedFeedParts {
  readonly surface: FeedSurface;
  /** Errors that it may end with, by wire type. */
  readonly declared: ReadonlyMap<string, ErrorClass>;
  readonly session: string;
  readonly requestId: string;
  readonly window: number | undefined;
  /** Sends a message to the subscriber. */
  readonly send: (message: Uint8Array) => void;
  /** Largest message that the server takes, in bytes. */
  readonly maxPayload: () => number;
  readonly log: Log;
  /** Called once, when it is over. */
  readonly onEnd: () => void;
}

/** Its subscriber has to be able to go on there. */
function isCursor(cursor: unknown): boolean {
  return cursor === undefined || typeof cursor === "string" && cursor.length <= MOST_CURSOR;
}

/** For all feeds of a process. */
const slab = new Utf8Slab();

/** One feed for one subscriber: takes values from the handler as the subscriber takes them. */
export class ServedFeed {
  readonly session: string;
  /** When its subscriber was heard last, by `performance.now()`; it has nothing to say before the feed runs. */
  heardAt = Infinity;
  readonly #parts: ServedFeedParts;
  readonly #frames: FrameWindow;
  readonly #sender: FrameSender;
  readonly #ends = new AbortController();
  #items: AsyncIterator<FeedYield<unknown>, Result<void, unknown> | void> | undefined;
  #onOpen: (() => void) | undefined;

  /** Nothing is taken before {@link ServedFeed.run}. */
  constructor(parts: ServedFeedParts) {
    this.#parts = parts;
    this.session = parts.session;
    this.#frames = new FrameWindow(parts.window);
    this.#sender = new FrameSender(parts.send, parts.maxPayload);
  }

  /** Aborts when it is over. */
  get signal(): AbortSignal {
    return this.#ends.signal;
  }

  /** Sequence of the last frame that was sent. */
  get sent(): number {
    return this.#frames.sent;
  }

  /** Sends what the handler gives, until it ends. */
  async run(source: UntypedSource): Promise<void> {
    this.heardAt = performance.now();
    try {
      const items = this.#items = source[Symbol.asyncIterator]();
      if (this.signal.aborted) return this.#leave();
      for (;;) {
        while (!this.#frames.isOpen && !this.signal.aborted) await this.#credit();
        if (this.signal.aborted) return;
        const next = await items.next();
        if (this.signal.aborted) return;
        if (next.done) {
          this.#items = undefined;
          return this.end(this.#endOf(next.value));
        }
        if (!this.#give(next.value)) return;
      }
    } catch (cause) {
      if (cause instanceof SlowSubscriber) return this.end({ reason: "slow" });
      // What a handler throws because its signal has aborted is no failure.
      if (!this.signal.aborted) this.end(this.#unexpected("the handler failed", cause));
    }
  }

  /** The subscriber has taken everything up to a frame, and is there. */
  take(upTo: number): void {
    this.heardAt = performance.now();
    this.#frames.take(upTo);
    // It is told how many were sent.
    this.#sender.flush();
    this.#onOpen?.();
  }

  /** Ends it; undefined: nobody is there to be told. */
  end(end?: FeedEnd): void {
    if (this.signal.aborted) return;
    if (end !== undefined) {
      this.#send(endFrame(this.#frames.sent + 1, end));
      this.#sender.flush();
    }
    // One that was too large to be sent has ended it with another.
    if (this.signal.aborted) return;
    this.#ends.abort();
    this.#onOpen?.();
    this.#leave();
    this.#parts.onEnd();
  }

  /** Has the handler's generator do its clean-up. */
  #leave(): void {
    const items = this.#items;
    this.#items = undefined;
    if (items !== undefined) leaveSource(items);
  }

  #credit(): Promise<void> {
    return new Promise((resolve) => this.#onOpen = resolve);
  }

  /** Sends a value; false when it has ended the feed. */
  #give(item: FeedYield<unknown>): boolean {
    const { surface: { event } } = this.#parts;
    const { value, cursor, reset } = item;
    if (!isCursor(cursor)) {
      this.end(this.#unexpected(`a cursor is no text of at most ${MOST_CURSOR} characters`));
      return false;
    }
    const json = yieldJson(item, event);
    if (json === undefined) {
      const issue = event.issues(value)[0];
      const what = `${issue?.path || "/"} ${issue?.message ?? ""}`;
      this.end(this.#unexpected(`a value does not fit its schema: ${what}`));
      return false;
    }
    if (reset) {
      const why = typeof reset === "string" ? reset : undefined;
      this.#send(resetFrame(this.#frames.sent + 1, why));
    }
    return this.#send(valueFrame(this.#frames.sent + 1, json, cursor));
  }

  #send(text: string): boolean {
    const frame = slab.encode(text);
    const limit = this.#parts.maxPayload();
    if (frame.length <= limit) {
      this.#sender.add(frame);
      this.#frames.add(frame.length);
      return true;
    }
    const error = new TransportError({
      message:
        `a value of ${this.#parts.surface.name} has ${frame.length} bytes; the server takes ${limit}`,
      code: "trellis.rpc.payload_too_large",
      hint: "have the feed tell what has changed, and ask for it",
    });
    this.#parts.log.error(error.message, this.#logged());
    this.end({ error: error.toSerializable() });
    return false;
  }

  #endOf(result: Result<void, unknown> | void): FeedEnd {
    if (!(result instanceof Err)) return { reason: "done" };
    const { error } = result;
    if (!(error instanceof TrellisError)) {
      return this.#unexpected("the handler returned an error that no contract can declare", error);
    }
    const { surface: { name }, declared, log } = this.#parts;
    const isKnown = error instanceof ValidationError || error instanceof UnexpectedError ||
      declared.has(error.name);
    if (!isKnown) log.warn(`${name}: ${error.name} is not declared`, this.#logged());
    if (error instanceof UnexpectedError) {
      log.error(`${name}: ${error.message}`, { ...this.#logged(), cause: error.cause });
    }
    return { error: error.toSerializable() };
  }

  #unexpected(what: string, cause?: unknown): FeedEnd {
    const { surface: { name }, requestId, log } = this.#parts;
    log.error(`${name}: ${what}`, { ...this.#logged(), cause });
    const message = `${name} failed; its log has the request ${requestId}`;
    return { error: new UnexpectedError({ message, id: requestId }).toSerializable() };
  }

  #logged(): Readonly<Record<string, unknown>> {
    const { requestId, session } = this.#parts;
    return { requestId, session };
  }
}
