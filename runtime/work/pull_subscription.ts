import { ackOrigin, parseAckSubject } from "../nats/jetstream/ack_subject.ts";
import type { JetStreamRequests } from "../nats/jetstream/jetstream_requests.ts";
import { NANOS_PER_MS } from "../nats/jetstream/nanos.ts";
import type { StoredMessage } from "../nats/jetstream/stored_message.ts";
import { headerStatus, headerText } from "../nats/headers/received_headers.ts";
import type { LineSubscription } from "../nats/line_subscription.ts";
import type { WireMessage } from "../nats/link/link.ts";
import { freshToken } from "../nats/session_token.ts";

/** A message that was pulled from a durable consumer. */
export interface PulledMessage extends StoredMessage {
  /** How often it was delivered, this time included. */
  readonly deliveries: number;
  /** Messages that follow, as far as the server knew when it sent this one. */
  readonly pending: number;
  /** Where it is acknowledged. */
  readonly ack: string;
}

/** Is given what comes of the requests of a {@link PullSubscription}. */
export interface PullListener {
  /** A message. */
  message(pulled: PulledMessage): void;
  /** A request has ended, by the status of the server: 408 when its time is over, 503 without a consumer. */
  ended(status: number): void;
}

/** A durable consumer, named as on the server. */
export interface DurableConsumer {
  readonly stream: string;
  readonly consumer: string;
}

/**
 * Asks a durable consumer for messages. They come to an inbox that goes over from a connection to the next;
 * a request that is open when the connection breaks is forgotten by the server, and has to be made again.
 */
export class PullSubscription {
  readonly #requests: JetStreamRequests;
  readonly #inbox: string;
  readonly #next: string;
  readonly #origin: string;
  readonly #listener: PullListener;
  readonly #subscription: LineSubscription;

  /** Throws what the library throws when the connection is closed. */
  constructor(
    requests: JetStreamRequests,
    { stream, consumer }: DurableConsumer,
    listener: PullListener,
  ) {
    this.#requests = requests;
    this.#inbox = `${requests.inboxPrefix}.${freshToken(24)}`;
    this.#next = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`;
    this.#origin = ackOrigin(stream, consumer);
    this.#listener = listener;
    this.#subscription = requests.line.subscribe(this.#inbox, {
      callback: (cause, msg) => {
        if (cause === null) this.#receive(msg);
      },
    });
  }

  /** Asks for messages as they come; the server ends the request after a time. */
  ask(batch: number, expiresMs: number): void {
    const body = JSON.stringify({ batch, expires: expiresMs * NANOS_PER_MS });
    this.#requests.line.publish(this.#next, body, { reply: this.#inbox });
  }

  /** Takes what is on its way, and ends. */
  async close(): Promise<void> {
    if (!this.#subscription.isClosed()) await this.#subscription.drain().catch(() => {});
  }

  #receive(msg: WireMessage): void {
    const headers = headerText(msg);
    const status = headerStatus(headers);
    if (status === 100) return;
    if (status !== 0) return this.#listener.ended(status);
    const numbers = parseAckSubject(msg.reply, this.#origin);
    // Whatever is not acknowledged like a message of this consumer came from another sender.
    if (numbers === undefined || msg.reply === undefined) return;
    const { sequence, writtenAt, deliveries, pending } = numbers;
    const { subject, data, reply: ack } = msg;
    this.#listener.message({
      subject,
      sequence,
      writtenAt,
      deliveries,
      pending,
      ack,
      headers,
      data,
    });
  }
}
