import { NANOS_PER_MS } from "../../../runtime/nats/jetstream/nanos.ts";
import {
  AckPolicy,
  type ConsumerConfig,
  DeliverPolicy,
  type JetStreamManager,
  ReplayPolicy,
} from "@nats-io/jetstream";
import {
  createInbox,
  type Msg,
  type NatsConnection,
  nuid,
  type Status,
  type Subscription,
} from "@nats-io/nats-core";
import type { NatsConnectionImpl, QueuedIterator } from "@nats-io/nats-core/internal";
import { err, ok, type Result } from "../../../contracts/result.ts";
import { MessageReader, type ScannedMessage } from "./scanned_message.ts";

/** What a pass reads, and for how long. */
export interface StreamReadingOptions {
  readonly stream: string;
  /** Subjects that are read; all when left out. */
  readonly filter?: string;
  /** Sequence behind which the pass begins; from the first message unless given. */
  readonly after?: number;
  /** When what is read was stored at the earliest, in milliseconds since 1970; not together with `after`. */
  readonly since?: number;
  /** True to read the newest message of each subject alone; with a filter only. */
  readonly newest?: boolean;
  /** Sequence after which the pass is over, whatever was written since. */
  readonly through: number;
  /** False to leave out the data; the sizes are known all the same. */
  readonly data: boolean;
  /** When the pass ends early, by `performance.now()`. */
  readonly deadline: number;
  /** After so long without a request the server forgets the consumer by itself; a minute unless given. */
  readonly forgottenAfterMs?: number;
  readonly signal?: AbortSignal;
  /** Called with each message, in order; its data is valid only during the call. */
  visit(message: ScannedMessage): void;
  /** Called a few times a second. */
  tick(): void;
}

/** How a pass ended: at the end, or because its deadline came first. */
export type StreamReadingEnd = "complete" | "late";

/** Why a pass did not come to an end. */
export type StreamReadingFailure =
  | { readonly kind: "aborted" }
  /** The connection was lost, and what was under way with it. */
  | { readonly kind: "disconnected" }
  /** The server said nothing for {@link SILENCE_MS}. */
  | { readonly kind: "silent" }
  /** The consumer is gone: it or the stream was deleted. */
  | { readonly kind: "gone" }
  /** The server refused something, or did not answer. */
  | { readonly kind: "refused"; readonly cause: unknown };

/** How long the server may say nothing in the middle of a pass, in milliseconds. */
export const SILENCE_MS = 5000;
/** A batch is on its way while the next is not yet asked for: small enough for any buffer. */
const BATCH = 5000;
const BATCH_BYTES = 4 * 1024 * 1024;
/** How long the server may keep a request waiting that finds nothing. */
const EXPIRES_MS = 1000;
const FORGOTTEN_AFTER_MS = 60_000;
const TICK_MS = 100;

/**
 * Reads a stream once from its first message on, through a consumer of its own that is gone afterwards.
 * Pulls batch by batch, so that no more than one batch is in memory however slow the reader is.
 * What `visit` and `tick` throw is thrown.
 */
export async function readStreamOnce(
  connection: NatsConnection,
  manager: JetStreamManager,
  options: StreamReadingOptions,
): Promise<Result<StreamReadingEnd, StreamReadingFailure>> {
  const name = `trellis_scan_${nuid.next()}`;
  let reachable = true;
  try {
    const config = consumerConfig(name, options);
    const consumer = await attempt(manager.consumers.add(options.stream, config));
    if (consumer.isErr()) return err(consumer.error);
    if (options.signal?.aborted) return err({ kind: "aborted" });
    if (consumer.value.num_pending === 0) return ok("complete");
    const end = await new StreamReading(connection, manager, name, options).run();
    reachable = !(end.isErr() && ["disconnected", "silent"].includes(end.error.kind));
    return end;
  } finally {
    // Without a link, deleting would only wait; the server forgets the consumer by itself.
    if (reachable) await attempt(manager.consumers.delete(options.stream, name));
  }
}

function consumerConfig(name: string, options: StreamReadingOptions) {
  const { data, filter, forgottenAfterMs = FORGOTTEN_AFTER_MS } = options;
  return {
    name,
    ...startOf(options),
    ...(filter === undefined ? {} : { filter_subject: filter }),
    ack_policy: AckPolicy.None,
    replay_policy: ReplayPolicy.Instant,
    headers_only: !data,
    inactive_threshold: forgottenAfterMs * NANOS_PER_MS,
    mem_storage: true,
    num_replicas: 1,
  } satisfies Partial<ConsumerConfig>;
}

function startOf(
  { after = 0, since, newest }: StreamReadingOptions,
): Partial<ConsumerConfig> {
  if (newest) return { deliver_policy: DeliverPolicy.LastPerSubject };
  if (since !== undefined) {
    const opt_start_time = new Date(since).toISOString();
    return { deliver_policy: DeliverPolicy.StartTime, opt_start_time };
  }
  return after === 0
    ? {}
    : { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: after + 1 };
}

async function attempt<T>(request: Promise<T>): Promise<Result<T, StreamReadingFailure>> {
  try {
    return ok(await request);
  } catch (cause) {
    return err({ kind: "refused", cause });
  }
}

class StreamReading {
  readonly #connection: NatsConnection;
  readonly #manager: JetStreamManager;
  readonly #consumer: string;
  readonly #options: StreamReadingOptions;
  readonly #reader: MessageReader;
  readonly #inbox: string;
  readonly #end = Promise.withResolvers<Result<StreamReadingEnd, StreamReadingFailure>>();
  #over = false;
  /** How many messages the request that is under way asked for, and got so far. */
  #asked = 0;
  #got = 0;
  #heard = performance.now();

  constructor(
    connection: NatsConnection,
    manager: JetStreamManager,
    consumer: string,
    options: StreamReadingOptions,
  ) {
    this.#connection = connection;
    this.#manager = manager;
    this.#consumer = consumer;
    this.#options = options;
    this.#reader = new MessageReader(options.stream, consumer);
    this.#inbox = createInbox(inboxPrefix(connection));
  }

  async run(): Promise<Result<StreamReadingEnd, StreamReadingFailure>> {
    const { signal, tick } = this.#options;
    const abort = () => this.#break({ kind: "aborted" });
    const unwatch = watchDisconnect(this.#connection, () => this.#break({ kind: "disconnected" }));
    const timer = setInterval(() => {
      this.#guard(tick);
      const now = performance.now();
      if (now > this.#options.deadline) this.#finish("late");
      else if (now - this.#heard > SILENCE_MS) this.#break({ kind: "silent" });
    }, TICK_MS);
    signal?.addEventListener("abort", abort, { once: true });
    let subscription: Subscription | undefined;
    try {
      subscription = this.#connection.subscribe(this.#inbox, {
        callback: (cause, msg) =>
          cause ? this.#break({ kind: "refused", cause }) : this.#guard(() => this.#hear(msg)),
      });
      this.#ask(BATCH);
    } catch (cause) {
      this.#break({ kind: "refused", cause });
    }
    try {
      return await this.#end.promise;
    } finally {
      clearInterval(timer);
      unwatch();
      signal?.removeEventListener("abort", abort);
      if (!this.#connection.isClosed()) subscription?.unsubscribe();
    }
  }

  #finish(end: StreamReadingEnd): void {
    this.#over = true;
    this.#end.resolve(ok(end));
  }

  #break(reason: StreamReadingFailure): void {
    this.#over = true;
    this.#end.resolve(err(reason));
  }

  /** What is thrown inside a callback ends the pass instead of being lost. */
  #guard(work: () => void): void {
    if (this.#over) return;
    try {
      work();
    } catch (cause) {
      this.#over = true;
      this.#end.reject(cause);
    }
  }

  #ask(batch: number): void {
    if (this.#connection.isClosed()) return this.#break({ kind: "disconnected" });
    this.#asked = batch;
    this.#got = 0;
    const limits = batch === 1 ? {} : { max_bytes: BATCH_BYTES };
    const request = { batch, expires: EXPIRES_MS * NANOS_PER_MS, ...limits };
    this.#connection.publish(
      `$JS.API.CONSUMER.MSG.NEXT.${this.#options.stream}.${this.#consumer}`,
      JSON.stringify(request),
      { reply: this.#inbox },
    );
  }

  #hear(msg: Msg): void {
    this.#heard = performance.now();
    if (msg.subject === this.#inbox) return this.#hearStatus(msg.headers?.code ?? 0);
    const message = this.#reader.read(msg);
    // What this consumer did not number came from another sender.
    if (message === undefined) return;
    const { through, deadline, visit } = this.#options;
    if (message.sequence <= through) visit(message);
    // The time that the visitor took is no silence of the server's.
    this.#heard = performance.now();
    this.#got++;
    if (message.sequence >= through || message.pending === 0) return this.#finish("complete");
    if (this.#heard > deadline) return this.#finish("late");
    if (this.#got >= this.#asked) this.#ask(BATCH);
  }

  /** A request has ended before it was filled. */
  #hearStatus(code: number): void {
    if (code === 100) return;
    if (code === 503) return this.#break({ kind: "gone" });
    if (code !== 404 && code !== 408 && code !== 409) {
      return this.#break({ kind: "refused", cause: new Error(`the server answers ${code}`) });
    }
    if (this.#got > 0) return this.#ask(BATCH);
    if (code !== 409) return void this.#continueUnlessEmpty();
    // One message may be larger than a whole batch.
    if (this.#asked === 1) this.#break({ kind: "gone" });
    else this.#ask(1);
  }

  /** Nothing came: either what was left has been removed meanwhile, or the server is slow. */
  async #continueUnlessEmpty(): Promise<void> {
    const { stream } = this.#options;
    const info = await attempt(this.#manager.consumers.info(stream, this.#consumer));
    if (info.isErr()) return this.#break(info.error);
    if (this.#over) return;
    if (info.value.num_pending === 0) this.#finish("complete");
    else this.#guard(() => this.#ask(BATCH));
  }
}

/** Calls back once when the link is lost; returns how to stop that. */
function watchDisconnect(connection: NatsConnection, lost: () => void): () => void {
  // The library's iterator can be stopped, though its type does not say so.
  const statuses = connection.status() as QueuedIterator<Status>;
  const watch = async () => {
    for await (const { type } of statuses) if (type === "disconnect" || type === "close") lost();
    if (connection.isClosed()) lost();
  };
  watch().catch(reportError);
  return () => statuses.stop();
}

/** The prefix that the connection may subscribe under; the library keeps it to itself. */
function inboxPrefix(connection: NatsConnection): string | undefined {
  const known: NatsConnection & Partial<Pick<NatsConnectionImpl, "options">> = connection;
  return known.options?.inboxPrefix;
}
