import { createInbox, nuid } from "@nats-io/nats-core";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { headerStatus, headerText, headerValue } from "../headers/received_headers.ts";
import { type AckNumbers, ackOrigin, parseAckSubject } from "./ack_subject.ts";
import type { LinkSubscription, WireMessage } from "../link/link.ts";
import type { ApiFailure } from "./api_answer.ts";
import { NANOS_PER_MS } from "./nanos.ts";
import type { StoredMessage } from "./stored_message.ts";
import type { StreamApi } from "./stream_api.ts";

/** The server says so often that it is still there, in milliseconds. */
export const HEARTBEAT_MS = 1000;
/** After so many milliseconds without a subscriber the server forgets the consumer. */
const INACTIVE_MS = 1000;

/** Which messages are delivered. */
export interface DeliveryOptions {
  /** Subjects. */
  readonly filter: string;
  /** The sequence to begin at; undefined: the newest message of each subject and what follows. */
  readonly from: number | undefined;
  /** True to leave out the data. */
  readonly headersOnly: boolean;
}

/** A message on its way from the stream. */
export interface DeliveredMessage extends StoredMessage {
  /** Messages that follow, as far as the server knew when it sent this one. */
  readonly pending: number;
}

/** Reads the headers, which many have no need of, when it is asked for them. */
class Delivered implements DeliveredMessage {
  readonly subject: string;
  readonly sequence: number;
  readonly writtenAt: number;
  readonly pending: number;
  readonly data: Uint8Array;
  readonly #msg: WireMessage;

  constructor(msg: WireMessage, { sequence, writtenAt, pending }: AckNumbers) {
    this.subject = msg.subject;
    this.sequence = sequence;
    this.writtenAt = writtenAt;
    this.pending = pending;
    this.data = msg.data;
    this.#msg = msg;
  }

  get headers(): string {
    return headerText(this.#msg);
  }
}

/** Is given what arrives; everything in order, nothing twice. */
export interface DeliveryListener {
  /** A message. */
  message(delivered: DeliveredMessage): void;
  /** The server waits until `proceed` is called: everything before has been taken care of. */
  flow(proceed: () => void): void;
  /** Nothing more to deliver at the moment. */
  idle(): void;
  /**
   * A message was missed or the consumer is gone; nothing more will come. With a reason, nothing would come
   * of another delivery either.
   */
  broken(why?: ApiFailure): void;
}

/**
 * Has a stream push its messages through a consumer of its own. It needs no right to delete
 * consumers: the server removes the consumer a second after the subscription is gone.
 */
export class PushDelivery {
  readonly #stream: StreamApi;
  readonly #options: DeliveryOptions;
  readonly #listener: DeliveryListener;
  readonly #consumer = `trellis_${nuid.next()}`;
  readonly #origin: string;
  #subscription: LinkSubscription | undefined;
  #unlisten: (() => void) | undefined;
  /** Where the server waits for a word that it may go on. */
  #proceedTo: string | undefined;
  #delivered = 0;
  #stopped = false;
  #draining = false;

  /** Nothing is asked before {@link start}. */
  constructor(stream: StreamApi, options: DeliveryOptions, listener: DeliveryListener) {
    this.#stream = stream;
    this.#options = options;
    this.#listener = listener;
    this.#origin = ackOrigin(stream.name, this.#consumer);
  }

  /** Begins, and answers how many messages there were to be delivered. */
  async start(deadline: number): Promise<Result<number, ApiFailure>> {
    const { name, requests } = this.#stream;
    const inbox = createInbox(requests.inboxPrefix);
    try {
      const { line } = requests;
      const { connection } = line;
      const subscription = line.pin(
        inbox,
        (cause, msg) => cause === null ? this.#receive(msg) : this.#forbid(inbox),
      );
      this.#subscription = subscription;
      subscription.closed.then(() => {
        // The connection was replaced, and has been closed since.
        if (line.connection !== connection && !this.#draining) this.#break();
      });
      // Without the right to let the server go on, it would stop in the middle and say nothing.
      this.#unlisten = requests.listen((event) => {
        const denied = event.kind === "denied" && event.operation === "publish";
        if (denied && event.subject === this.#proceedTo) this.#forbid(event.subject);
      });
    } catch {
      // The connection is closed; asking for the consumer says so.
    }
    const answer = (await this.#stream.ask(
      `$JS.API.CONSUMER.CREATE.${name}.${this.#consumer}.${this.#options.filter}`,
      JSON.stringify({ stream_name: name, config: this.#config(inbox), action: "create" }),
      deadline,
    )).take();
    // What arrived before this answer is part of what was pending.
    if (!isErr(answer) && typeof answer.num_pending === "number") {
      return ok(answer.num_pending + this.#delivered);
    }
    this.stop();
    return isErr(answer) ? answer : err({ kind: "malformed" });
  }

  /** Ends it. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#unlisten?.();
    this.#subscription?.unsubscribe();
  }

  /** Ends it when what is on its way has arrived. */
  async drain(): Promise<void> {
    const subscription = this.#subscription;
    if (this.#stopped || subscription === undefined || subscription.isClosed()) return this.stop();
    this.#draining = true;
    await Promise.race([subscription.drain(), subscription.closed]).catch(() => {});
    this.stop();
  }

  #config(inbox: string): object {
    const { filter, from, headersOnly } = this.#options;
    return {
      name: this.#consumer,
      deliver_subject: inbox,
      filter_subject: filter,
      deliver_policy: from === undefined ? "last_per_subject" : "by_start_sequence",
      opt_start_seq: from,
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

  #break(why?: ApiFailure): void {
    if (this.#stopped) return;
    this.stop();
    this.#listener.broken(why);
  }

  #forbid(subject: string): void {
    this.#break({ kind: "forbidden", subject });
  }

  #receive(msg: WireMessage): void {
    if (this.#stopped) return;
    const { data } = msg;
    if (data.length === 0) {
      const headers = headerText(msg);
      const status = headerStatus(headers);
      if (status !== 0) return this.#control(msg, status, headers);
    }
    const numbers = parseAckSubject(msg.reply, this.#origin);
    // Whatever is not acknowledged like a message of this consumer came from another sender.
    if (numbers === undefined) return;
    if (numbers.delivered !== this.#delivered + 1) return this.#break();
    this.#delivered = numbers.delivered;
    this.#listener.message(new Delivered(msg, numbers));
  }

  #control(msg: WireMessage, status: number, headers: string): void {
    // 409: the consumer or its stream was deleted.
    if (status !== 100) return this.#break();
    if (msg.reply) return this.#listener.flow(() => this.#proceed(msg.reply));
    const last = Number(headerValue(headers, "Nats-Last-Consumer") ?? this.#delivered);
    if (last !== this.#delivered) return this.#break();
    const stalled = headerValue(headers, "Nats-Consumer-Stalled");
    if (stalled !== undefined) return this.#listener.flow(() => this.#proceed(stalled));
    this.#listener.idle();
  }

  #proceed(reply: string | undefined): void {
    const { line } = this.#stream.requests;
    if (reply === undefined || this.#stopped || line.isClosed()) return;
    this.#proceedTo = reply;
    line.publish(reply);
  }
}
