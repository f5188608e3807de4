import { createInbox, type Msg, nuid, type Subscription } from "@nats-io/transport-deno";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import type { StoreError } from "../store_error.ts";
import { fromKv, type StorePlace } from "../store_failure.ts";
import { malformedAnswer } from "../../kv/nats/kv_failure.ts";
import { problemOf } from "../../kv/nats/bucket_stream.ts";
import { headerStatus, headerText, headerValue } from "../../nats/headers/received_headers.ts";
import type { ObjectStream } from "./object_stream.ts";

/** The server says so often that it is still there, in milliseconds. */
const HEARTBEAT_MS = 1000;
/** After so many milliseconds without a subscriber the server forgets the consumer. */
const INACTIVE_MS = 1000;
const NANOS_PER_MS = 1_000_000;

/** Told of what arrives; everything in order, nothing twice. */
export interface ChunkListener {
  /** A chunk, with its sequence in the stream; `pending` chunks are still to come. */
  chunk(bytes: Uint8Array, sequence: number, pending: number): void;
  /** The server waits until `proceed` is called. */
  flow(proceed: () => void): void;
  /** A sign of life; nothing more to deliver. */
  idle(): void;
  /** A message was missed or the consumer is gone; nothing more will come. */
  broken(): void;
}

/**
 * Has the server push the chunks of one object, from a sequence on. It needs no right to delete consumers:
 * the server removes this one a second after the subscription is gone.
 */
export class ChunkDelivery {
  readonly #stream: ObjectStream;
  readonly #subject: string;
  readonly #listener: ChunkListener;
  readonly #consumer = `trellis_${nuid.next()}`;
  readonly #inbox: string;
  #subscription: Subscription | undefined;
  #sequence = 0;
  #stopped = false;

  /** @param subject of the object's chunks */
  constructor(stream: ObjectStream, subject: string, listener: ChunkListener) {
    this.#stream = stream;
    this.#subject = subject;
    this.#listener = listener;
    this.#inbox = createInbox(stream.link.inboxPrefix);
  }

  /** Begins, and answers how many chunks there are from that sequence on. */
  async start(
    from: number,
    deadline: number,
    place: StorePlace,
  ): Promise<Result<number, StoreError>> {
    const { name, link } = this.#stream;
    try {
      this.#subscription = link.connection.subscribe(this.#inbox, {
        callback: (cause, msg) => cause === null ? this.#receive(msg) : this.#break(),
      });
    } catch {
      // The connection is closed; asking for the consumer says so.
    }
    const asked = await this.#stream.ask(
      `$JS.API.CONSUMER.CREATE.${name}.${this.#consumer}.${this.#subject}`,
      JSON.stringify({ stream_name: name, config: this.#config(from), action: "create" }),
      deadline,
      place,
    );
    const answer = asked.take();
    if (isErr(answer)) return this.#failed(answer.error);
    const problem = problemOf(answer);
    if (problem !== undefined) return this.#failed(this.#stream.refused(problem, place));
    const pending = answer.num_pending;
    // What arrived before this answer is part of what was pending.
    if (typeof pending === "number") return ok(pending + this.#sequence);
    return this.#failed(fromKv(malformedAnswer({ bucket: name, doing: "reading" }), place));
  }

  /** Ends it. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    if (!this.#stream.link.connection.isClosed()) this.#subscription?.unsubscribe();
  }

  #config(from: number): object {
    return {
      name: this.#consumer,
      deliver_subject: this.#inbox,
      filter_subject: this.#subject,
      deliver_policy: "by_start_sequence",
      opt_start_seq: Math.max(1, from),
      ack_policy: "none",
      replay_policy: "instant",
      max_deliver: 1,
      flow_control: true,
      idle_heartbeat: HEARTBEAT_MS * NANOS_PER_MS,
      inactive_threshold: INACTIVE_MS * NANOS_PER_MS,
      mem_storage: true,
      num_replicas: 1,
    };
  }

  #failed(error: StoreError): Result<never, StoreError> {
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
    // Without a reply it is a heartbeat; a chunk has one of this consumer's acknowledgement subjects.
    const numbers = ackNumbers(msg.reply, `.${this.#stream.name}.${this.#consumer}.`);
    if (numbers === undefined || msg.subject !== this.#subject) return this.#control(msg);
    if (numbers.delivered !== this.#sequence + 1) return this.#break();
    this.#sequence = numbers.delivered;
    this.#listener.chunk(msg.data, numbers.sequence, numbers.pending);
  }

  #control(msg: Msg): void {
    const headers = headerText(msg);
    const status = headerStatus(headers);
    // Whatever is neither a chunk nor a word of the server was sent by somebody else.
    if (status === 0) return;
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
    const { connection } = this.#stream.link;
    if (reply === undefined || this.#stopped || connection.isClosed()) return;
    connection.publish(reply);
  }
}

/** What an acknowledgement subject says of a message, in either of its forms. */
function ackNumbers(
  subject: string | undefined,
  origin: string,
): { sequence: number; delivered: number; pending: number } | undefined {
  if (!subject?.startsWith("$JS.ACK.")) return undefined;
  const at = subject.indexOf(origin);
  if (at < 0) return undefined;
  const [, sequence, delivered, , pending] = subject.slice(at + origin.length).split(".").map(
    Number,
  );
  if (sequence === undefined || delivered === undefined || pending === undefined) return undefined;
  return { sequence, delivered, pending };
}
