import { feedInbox } from "../../contracts/stored/feed_names.ts";
import { ok, type Result } from "../../contracts/result.ts";
import type { TransportErrorCode } from "../../contracts/errors/transport_error.ts";
import { inboxPrefix } from "../nats/connection.ts";
import type { WireMessage } from "../nats/link/link.ts";
import type { Line } from "../nats/line.ts";
import type { LineSubscription } from "../nats/line_subscription.ts";
import { freshToken } from "../nats/session_token.ts";
import { decodeUtf8 } from "../nats/utf8/utf8_text.ts";
import type { CallOptions } from "../rpc/call_options.ts";
import type { CallRights } from "../rpc/call_rights.ts";
import { malformedReply } from "../rpc/error_envelope.ts";
import { isRetryable } from "../rpc/is_retryable.ts";
import { type RequestSender, surfaceCall } from "../rpc/rpc_caller.ts";
import {
  type CreditAnswer,
  type FeedAnswer,
  WINDOW_BYTES,
  WINDOW_FRAMES,
} from "./feed_messages.ts";
import type { FeedSurface } from "./feed_surface.ts";
import { type Frame, readFrames } from "./frame.ts";
import { FrameOrder } from "./frame_order.ts";

/** A service that does not hear of its subscriber for three times as long takes it for gone, in milliseconds. */
const HEARTBEAT_MS = 5000;
/** Longest wait for an answer to that, in milliseconds. */
const SILENCE_MS = 12_000;

/** What means that the instance that served a feed does so no more. */
const GONE: readonly TransportErrorCode[] = ["trellis.rpc.unavailable", "trellis.rpc.timeout"];

/** What a subscription is made with. */
export interface SubscriptionParts {
  readonly surface: FeedSurface;
  readonly line: Line;
  /** Whose inbox it may subscribe to. */
  readonly session: string;
  readonly sender: RequestSender;
  readonly rights?: CallRights | undefined;
}

/** Is told of what comes. */
export interface SubscriptionListener {
  /** The next frame, and its size in bytes. */
  frame(frame: Frame, bytes: number): void;
  /** Nothing comes any more from there: values are missing, or the instance is gone. */
  lost(): void;
  /** Nothing comes any more, and trying again helps nobody. */
  failed(error: Error): void;
}

/** A subscription to a feed at one instance of its service. */
export class FeedSubscription {
  readonly #parts: SubscriptionParts;
  readonly #listener: SubscriptionListener;
  readonly #inbox = freshToken(20);
  readonly #order = new FrameOrder<Frame & { readonly bytes: number }>();
  readonly #subscription: LineSubscription;
  #answer: FeedAnswer | undefined;
  #isOver = false;
  /** The service has ended it, and needs not be told. */
  #hasEnded = false;
  /** What was taken, and what of it the service has not been told. */
  #taken = 0;
  #untoldFrames = 0;
  #untoldBytes = 0;
  #toldAt = performance.now();

  /** Takes what comes to an inbox of its own. */
  constructor(parts: SubscriptionParts, listener: SubscriptionListener) {
    this.#parts = parts;
    this.#listener = listener;
    this.#subscription = parts.line.subscribe(feedInbox(inboxPrefix(parts.session), this.#inbox), {
      callback: (cause, msg) => {
        if (cause === null && !this.#isOver) this.#receive(msg);
      },
    });
  }

  /** Has the service begin. */
  async begin(
    input: unknown,
    cursor: string | undefined,
    options: CallOptions,
  ): Promise<Result<void, Error>> {
    const { surface, sender, rights } = this.#parts;
    const call = surfaceCall(surface.subscribe, sender, rights);
    const begun = await call(
      { input, inbox: this.#inbox, ...(cursor === undefined ? {} : { cursor }) },
      options,
    );
    return begun.andThen((answer) => {
      // The reply was checked against the schema of answers.
      this.#answer = answer as FeedAnswer;
      this.#toldAt = performance.now();
      if (this.#isOver) this.#tell(true);
      return ok();
    });
  }

  /** A frame was taken. */
  take(seq: number, bytes: number): void {
    this.#taken = seq;
    this.#untoldFrames++;
    this.#untoldBytes += bytes;
    const isHalf = this.#untoldFrames * 2 >= WINDOW_FRAMES || this.#untoldBytes * 2 >= WINDOW_BYTES;
    if (isHalf && !this.#isOver) this.#tell();
  }

  /** To be called about each second: says that the subscriber is there, and finds out what is lost. */
  look(): void {
    const now = performance.now();
    if (this.#isOver || this.#answer === undefined) return;
    if (this.#order.isBroken(now)) this.#listener.lost();
    else if (now - this.#toldAt >= HEARTBEAT_MS) this.#tell();
  }

  /** Finds out at once whether it may go on: who has another connection may have other rights. */
  ask(): void {
    if (!this.#isOver) this.#tell();
  }

  /** Takes nothing more, and tells the service. */
  stop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#subscription.unsubscribe();
    if (!this.#hasEnded) this.#tell(true);
  }

  #receive(msg: WireMessage): void {
    const frames = readFrames(decodeUtf8(msg.data));
    if (frames === undefined) {
      return this.#listener.failed(malformedReply(this.#parts.surface.name, "a frame is not one"));
    }
    const now = performance.now();
    const bytes = msg.data.length / frames.length;
    for (const frame of frames) {
      for (const next of this.#order.take({ ...frame, bytes }, now)) {
        if (this.#isOver) return;
        this.#hasEnded = "end" in next;
        this.#listener.frame(next, next.bytes);
      }
    }
  }

  async #tell(leave?: true): Promise<void> {
    const { surface, sender, line, rights } = this.#parts;
    // What was missed while there was no connection is found out when there is one again.
    if (this.#answer === undefined || !line.up) return;
    const { feed, instance } = this.#answer;
    this.#untoldFrames = 0;
    this.#untoldBytes = 0;
    this.#toldAt = performance.now();
    const call = surfaceCall(surface.credit(instance), sender, rights, { isSentAgain: false });
    const told = (await call(
      { feed, upTo: this.#taken, ...(leave && { leave }) },
      { timeoutMs: SILENCE_MS, whileDisconnected: "fail" },
    )).mapErr((error) => ({ error, code: "code" in error ? error.code : undefined }));
    if (this.#isOver) return;
    if (told.isOk()) {
      // The reply was checked against the schema of answers.
      const answer = told.value as CreditAnswer;
      if ("sent" in answer) this.#order.claim(answer.sent, performance.now());
      else this.#listener.lost();
    } else if (GONE.some((code) => code === told.error.code)) {
      this.#listener.lost();
    } else if (!isRetryable(told.error.error)) {
      this.#listener.failed(told.error.error);
    }
  }
}
