import type { Contract } from "../../../contracts/define/contract.ts";
import { TransportError } from "../../../contracts/errors/transport_error.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { feedInbox } from "../../../contracts/stored/feed_names.ts";
import type { Log } from "../../log.ts";
import { callerInbox } from "../../nats/connection.ts";
import { isLibraryError } from "../../nats/library_error.ts";
import { pause } from "../../nats/pause.ts";
import { freshToken } from "../../nats/session_token.ts";
import { unrefTimer } from "../../nats/unref_timer.ts";
import type { HandedOver } from "../../rpc/call_options.ts";
import type { NatsMessaging } from "../../rpc/nats/nats_messaging.ts";
import type { RequestContext } from "../../rpc/request_context.ts";
import type { RpcServer } from "../../rpc/rpc_server.ts";
import type { CreditAnswer, CreditRequest, FeedAnswer, FeedRequest } from "../feed_messages.ts";
import { type FeedSurface, feedSurface } from "../feed_surface.ts";
import { SessionCounts } from "./session_counts.ts";
import { ServedFeed, type UntypedSource } from "./served_feed.ts";

/** Feeds of one session at once. */
const MOST_OF_SESSION = 64;
/** Feeds of a process at once. */
const MOST = 10_000;
/** Silence after which a subscriber is taken for gone, in milliseconds. */
const SILENCE_MS = 15_000;
const LOOK_MS = 1000;
/** How long a process that has the same key may take to answer for a feed of its own, in milliseconds. */
const OTHERS_MS = 1000;

/** The handler of a feed, whatever its types. */
export type UntypedFeedHandler = (
  request: { readonly input: unknown; readonly cursor: string | undefined },
  context: RequestContext & HandedOver,
) => HandlerAnswer | PromiseLike<HandlerAnswer>;

type HandlerAnswer = UntypedSource | Result<UntypedSource, unknown>;

/** What the feeds of a service are made of. */
export interface FeedsParts {
  readonly contract: Contract;
  readonly messaging: NatsMessaging;
  readonly server: RpcServer;
  readonly log: Log;
}

/** The feeds of a service: each is served as soon as it has its handler. */
export class Feeds {
  readonly #parts: FeedsParts;
  readonly #handled = new Set<string>();
  readonly #open = new Map<string, ServedFeed>();
  readonly #ofSession = new SessionCounts();
  /** Questions about feeds that are not here. */
  readonly #foreign = new SessionCounts();
  /** Begins the ids of the feeds of this process. */
  readonly #process = freshToken(8);
  #looking: ReturnType<typeof setInterval> | undefined;
  #isStopped = false;

  /** Nothing is served before the handlers are there. */
  constructor(parts: FeedsParts) {
    this.#parts = parts;
  }

  /** The names of all feeds. */
  get names(): readonly string[] {
    return Object.keys(this.#parts.contract.manifest.feeds ?? {});
  }

  /** True when all of them have their handlers. */
  get allWork(): boolean {
    return this.#handled.size === this.names.length;
  }

  /** Registers the handler of one feed. */
  handle(name: string, handler: UntypedFeedHandler): void {
    const { contract, server, messaging } = this.#parts;
    const surface = feedSurface(contract, name);
    const declared = new Map(surface.subscribe.declared)
      // What it is refused with when there are too many.
      .set(TransportError.name, TransportError);
    server.serveSurface(
      contract,
      { ...surface.subscribe, declared },
      (request, context) =>
        // The request was checked against its schema.
        this.#begin(surface, handler, request as FeedRequest, context),
    );
    server.serveSurface(
      contract,
      surface.credit(messaging.session),
      (request, context) =>
        // The same.
        this.#credit(request as CreditRequest, context.caller.session),
      { isAlone: true },
    );
    this.#handled.add(name);
  }

  /** Has all subscribers go on at other instances. */
  stop(): void {
    this.#isStopped = true;
    for (const feed of [...this.#open.values()]) feed.end({ reason: "moved" });
  }

  async #begin(
    surface: FeedSurface,
    handler: UntypedFeedHandler,
    { input, inbox, cursor, window }: FeedRequest,
    context: RequestContext & HandedOver,
  ): Promise<Result<FeedAnswer, unknown>> {
    const { messaging, log } = this.#parts;
    const { caller: { session }, requestId } = context;
    const refused = this.#refusal(surface.name, session);
    if (refused !== undefined) return err(refused);
    const id = `${this.#process}${freshToken(16)}`;
    const to = feedInbox(callerInbox(session), inbox);
    const feed = new ServedFeed({
      surface,
      declared: surface.subscribe.declared,
      session,
      requestId,
      window,
      send: (frame) => this.#publish(to, frame),
      maxPayload: () => messaging.maxPayload,
      log,
      onEnd: () => this.#forget(id, session),
    });
    this.#keep(id, feed);
    // The handler has run out of time.
    context.signal.addEventListener("abort", () => feed.end());
    try {
      const answer = await handler({ input, cursor }, new FeedContext(context, feed.signal));
      const source = isSource(answer) ? answer : answer.take();
      if (isErr(source)) {
        feed.end();
        return source;
      }
      feed.run(source);
      // Where the service was stopped meanwhile, the subscriber was told to go on elsewhere.
      return ok({ feed: id, instance: messaging.session });
    } catch (cause) {
      feed.end();
      throw cause;
    }
  }

  async #credit(
    { feed: id, upTo, leave }: CreditRequest,
    session: string,
  ): Promise<Result<CreditAnswer, never>> {
    const feed = this.#open.get(id);
    if (feed?.session !== session) {
      if (!id.startsWith(this.#process)) await this.#letOthersAnswer(session);
      return ok({ unknown: true });
    }
    feed.take(upTo);
    if (leave) feed.end();
    return ok({ sent: feed.sent });
  }

  /** No longer than that, and not for more feeds than a session can have: each takes the place of a request. */
  async #letOthersAnswer(session: string): Promise<void> {
    if (this.#foreign.of(session) >= MOST_OF_SESSION) return;
    this.#foreign.add(session);
    await pause(OTHERS_MS);
    this.#foreign.remove(session);
  }

  #refusal(name: string, session: string): TransportError | undefined {
    if (this.#isStopped) return stopped(name);
    const ofSession = this.#ofSession.of(session);
    if (this.#open.size < MOST && ofSession < MOST_OF_SESSION) return undefined;
    return new TransportError({
      message: ofSession < MOST_OF_SESSION
        ? `${name} has too many subscribers`
        : `session ${session} has ${ofSession} feeds here, which is the most`,
      code: "trellis.rpc.overloaded",
      hint: "end feeds that are not needed, or run more instances of the service",
    });
  }

  #keep(id: string, feed: ServedFeed): void {
    this.#open.set(id, feed);
    this.#ofSession.add(feed.session);
    if (this.#looking !== undefined) return;
    this.#looking = setInterval(() => this.#look(), LOOK_MS);
    unrefTimer(this.#looking);
  }

  #forget(id: string, session: string): void {
    this.#open.delete(id);
    this.#ofSession.remove(session);
    if (this.#open.size > 0) return;
    clearInterval(this.#looking);
    this.#looking = undefined;
  }

  #look(): void {
    const limit = performance.now() - SILENCE_MS;
    for (const feed of [...this.#open.values()]) {
      if (feed.heardAt < limit) feed.end();
    }
  }

  #publish(to: string, frame: Uint8Array): void {
    try {
      this.#parts.messaging.line.publish(to, frame);
    } catch (cause) {
      // Its subscriber finds out that something is missing.
      if (!isLibraryError(cause, "ClosedConnectionError", "DrainingConnectionError")) throw cause;
    }
  }
}

/** What the handler knows about its subscriber: the request, and a signal that lasts as long as the feed. */
class FeedContext implements RequestContext, HandedOver {
  readonly signal: AbortSignal;
  readonly #context: RequestContext & HandedOver;

  constructor(context: RequestContext & HandedOver, signal: AbortSignal) {
    this.#context = context;
    this.signal = signal;
  }

  get caller(): RequestContext["caller"] {
    return this.#context.caller;
  }

  get requestId(): string {
    return this.#context.requestId;
  }

  get traceparent(): string | undefined {
    return this.#context.traceparent;
  }

  get tracestate(): string | undefined {
    return this.#context.tracestate;
  }

  get span(): string | undefined {
    return this.#context.span;
  }

  get cause(): string | undefined {
    return this.#context.cause;
  }
}

function isSource(answer: HandlerAnswer): answer is UntypedSource {
  return Symbol.asyncIterator in answer;
}

function stopped(name: string): TransportError {
  return new TransportError({
    message: `${name} is stopping here`,
    code: "trellis.rpc.unavailable",
    hint: "subscribe again; another instance answers",
  });
}
