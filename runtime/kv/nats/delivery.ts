import {
  createInbox,
  type Msg,
  type NatsConnection,
  nuid,
  type Subscription,
} from "@nats-io/transport-deno";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import type { KVError } from "../kv_error.ts";
import { apiError, malformedAnswer } from "./kv_failure.ts";
import { isMarker, type KvRecord, toRecord } from "./stored_revision.ts";
import { type BucketStream, problemOf } from "./bucket_stream.ts";
import { headerStatus, headerText, headerValue } from "../../nats/headers/received_headers.ts";

/** The server says so often that it is still there, in milliseconds. */
export const HEARTBEAT_MS = 1000;
/** After so many milliseconds without a subscriber the server forgets the consumer. */
const INACTIVE_MS = 1000;
const NANOS_PER_MS = 1_000_000;

/** Which messages are delivered. */
export interface DeliveryOptions {
  /** Keys. */
  readonly filter: string;
  /** The newest message of each key and what follows; or everything from a sequence on. */
  readonly start: { readonly kind: "last" } | { readonly kind: "from"; readonly sequence: number };
  /** True to leave out the values. */
  readonly headersOnly: boolean;
}

/** A message on its way from the stream. */
export interface Delivered {
  /** The key. */
  readonly key: string;
  /** Sequence in the stream. */
  readonly sequence: number;
  /** Messages that follow, as far as the server knows now. */
  readonly pending: number;
  /** Header block. */
  readonly headers: string;
  /** True for a deletion marker. */
  readonly deleted: boolean;
  /** All of it, with the value. */
  record(): KvRecord;
}

/** Told of what arrives; everything in order, nothing twice. */
export interface DeliveryListener {
  /** A message. */
  message(delivered: Delivered): void;
  /** The server waits until `proceed` is called: everything before has been taken care of. */
  flow(proceed: () => void): void;
  /** Nothing more to deliver at the moment. */
  idle(): void;
  /** A message was missed or the consumer is gone; nothing more will come. */
  broken(): void;
}

/** A delivery that has begun. */
export interface Delivery {
  /** Messages that were there when it began. */
  readonly pending: number;
  /** Ends it; the server forgets the consumer by itself. */
  stop(): void;
}

/**
 * Has the stream push messages through a consumer without a name to remember. It needs no right to
 * delete consumers: the server removes it a second after the subscription is gone.
 */
export async function deliver(
  stream: BucketStream,
  options: DeliveryOptions,
  listener: DeliveryListener,
  deadline: number,
): Promise<Result<Delivery, KVError>> {
  const name = `trellis_${nuid.next()}`;
  const subject = createInbox(stream.link.inboxPrefix);
  const place = { bucket: stream.bucket, doing: "reading" };
  const receiver = new Receiver(stream, name, subject, listener);
  const filterSubject = `${stream.subjectPrefix}${options.filter}`;
  const asked = await stream.ask(
    `$JS.API.CONSUMER.CREATE.${stream.name}.${name}.${filterSubject}`,
    JSON.stringify({
      stream_name: stream.name,
      config: consumerConfig(name, subject, filterSubject, options),
      action: "create",
    }),
    deadline,
    place,
  );
  const answer = asked.take();
  if (isErr(answer)) return receiver.failed(answer.error);
  const problem = problemOf(answer);
  if (problem !== undefined) {
    return receiver.failed(apiError(problem.code, problem.description, place));
  }
  const pending = answer.num_pending;
  // What arrived before this answer is part of what was pending.
  if (typeof pending !== "number") return receiver.failed(malformedAnswer(place));
  return ok({ pending: pending + receiver.received, stop: () => receiver.stop() });
}

function consumerConfig(
  name: string,
  deliverSubject: string,
  filterSubject: string,
  { start, headersOnly }: DeliveryOptions,
): object {
  return {
    name,
    deliver_subject: deliverSubject,
    filter_subject: filterSubject,
    deliver_policy: start.kind === "last" ? "last_per_subject" : "by_start_sequence",
    opt_start_seq: start.kind === "last" ? undefined : start.sequence,
    ack_policy: "none",
    replay_policy: "instant",
    max_deliver: 1,
    headers_only: headersOnly,
    flow_control: true,
    idle_heartbeat: HEARTBEAT_MS * NANOS_PER_MS,
    inactive_threshold: INACTIVE_MS * NANOS_PER_MS,
    mem_storage: true,
    num_replicas: 1,
  };
}

class Receiver {
  readonly #stream: BucketStream;
  readonly #listener: DeliveryListener;
  readonly #connection: NatsConnection;
  /** What an acknowledgement subject has before its numbers. */
  readonly #origin: string;
  readonly #subscription: Subscription | undefined;
  #sequence = 0;
  #stopped = false;

  constructor(stream: BucketStream, consumer: string, subject: string, listener: DeliveryListener) {
    this.#stream = stream;
    this.#listener = listener;
    this.#connection = stream.link.connection;
    this.#origin = `.${stream.name}.${consumer}.`;
    try {
      this.#subscription = this.#connection.subscribe(subject, {
        callback: (cause, msg) => cause === null ? this.#receive(msg) : this.#break(),
      });
    } catch {
      // The connection is closed; asking for the consumer says so.
      this.#stopped = true;
    }
  }

  /** Messages received so far. */
  get received(): number {
    return this.#sequence;
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    if (!this.#connection.isClosed()) this.#subscription?.unsubscribe();
  }

  failed(error: KVError): Result<never, KVError> {
    this.stop();
    return err(error);
  }

  #break(): void {
    if (this.#stopped) return;
    this.stop();
    this.#listener.broken();
  }

  #receive(msg: Msg): void {
    if (this.#stopped) return;
    const headers = headerText(msg);
    const status = headerStatus(headers);
    if (status !== 0) return this.#control(msg, status, headers);
    const numbers = ackNumbers(msg.reply ?? "", this.#origin);
    // Whatever is not acknowledged like a message of this consumer was sent by somebody else.
    if (numbers === undefined) return;
    const [, sequence, consumerSequence, time, pending] = numbers;
    if (consumerSequence !== this.#sequence + 1) return this.#break();
    this.#sequence = consumerSequence;
    const key = msg.subject.slice(this.#stream.subjectPrefix.length);
    this.#listener.message({
      key,
      sequence,
      pending,
      headers,
      deleted: isMarker(headers),
      record: () => toRecord(key, sequence, isoTime(time), headers, msg.data),
    });
  }

  #control(msg: Msg, status: number, headers: string): void {
    // 409: the consumer or its stream was deleted.
    if (status !== 100) return this.#break();
    if (msg.reply) return this.#listener.flow(() => this.#proceed(msg.reply));
    const last = Number(headerValue(headers, "Nats-Last-Consumer") ?? this.#sequence);
    if (last !== this.#sequence) return this.#break();
    const stalled = headerValue(headers, "Nats-Consumer-Stalled");
    if (stalled !== undefined) return this.#listener.flow(() => this.#proceed(stalled));
    this.#listener.idle();
  }

  #proceed(reply: string | undefined): void {
    if (reply === undefined || this.#stopped || this.#connection.isClosed()) return;
    this.#connection.publish(reply);
  }
}

type AckNumbers = [
  deliveries: number,
  sequence: number,
  consumerSequence: number,
  nanoseconds: number,
  pending: number,
];

/**
 * The numbers of an acknowledgement subject, which has two forms before them:
 * `$JS.ACK.<stream>.<consumer>.` and `$JS.ACK.<domain>.<account>.<stream>.<consumer>.`, and may have a
 * random token after them.
 */
function ackNumbers(subject: string, origin: string): AckNumbers | undefined {
  const at = subject.indexOf(origin);
  if (at < 0 || !subject.startsWith("$JS.ACK.")) return undefined;
  const numbers: AckNumbers = [0, 0, 0, 0, 0];
  let field = 0;
  for (let i = at + origin.length; i < subject.length && field < 5; i++) {
    const digit = subject.charCodeAt(i) - 48;
    if (digit === -2) field++; // a dot
    else numbers[field] = (numbers[field] ?? 0) * 10 + digit;
  }
  return numbers;
}

function isoTime(nanoseconds: number): string {
  return new Date(Math.floor(nanoseconds / NANOS_PER_MS)).toISOString();
}
