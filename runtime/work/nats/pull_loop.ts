import { freshToken } from "../../nats/session_token.ts";
import { headerText, headerValue, messageStatus } from "../../nats/headers/received_headers.ts";
import { type AckNumbers, ackOrigin, parseAckSubject } from "../../nats/jetstream/ack_subject.ts";
import type { JetStreamRequests } from "../../nats/jetstream/jetstream_requests.ts";
import { NANOS_PER_MS } from "../../nats/jetstream/nanos.ts";
import type { LineSubscription } from "../../nats/line_subscription.ts";
import type { WireMessage } from "../../nats/link/link.ts";
import { unrefTimer } from "../../nats/unref_timer.ts";
import type { Delivery } from "../delivery.ts";

/** How long one request stands, in milliseconds. */
const EXPIRES_MS = 30_000;
/** How often the server says that a request still stands, in milliseconds. */
const HEARTBEAT_MS = 5000;
/** Looks, one in the time of a heartbeat, without a word between them: then a request stands no more. */
const SILENT_LOOKS = 3;
/** Milliseconds before it is asked again after a refusal: the first pause, and the longest. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5000;

/** A durable consumer. */
export interface PullSource {
  readonly stream: string;
  readonly consumer: string;
}

/** Is asked how much there is room for, and given what comes. */
export interface PullListener {
  /** How many there is room for, those that were asked for included. */
  room(): number;
  /** Whether nothing is in work, so that waiting would not make room for more. */
  isIdle(): boolean;
  /** One has come. It may be more than there is room for, after a connection was lost. */
  delivered(delivery: Delivery): void;
  /** Nothing comes, for this reason; undefined: it does again. */
  trouble(why: string | undefined): void;
}

/**
 * A standing request for as many messages as there is room for. It outlives reconnections and renewals; that
 * the server does not stand by it any more is noticed by its heartbeats. The library's own `consume` takes
 * what it was not asked for, and leaves what it took when it stops.
 */
export class PullLoop {
  readonly #requests: JetStreamRequests;
  readonly #source: PullSource;
  readonly #listener: PullListener;
  readonly #origin: string;
  readonly #subject: string;
  readonly #unwatch: () => void;
  #inbox = "";
  #subscription: LineSubscription | undefined;
  /** Messages that were asked for and have not come. */
  #asked = 0;
  /** Looks since the server was last heard of. */
  #silent = 0;
  #watching: ReturnType<typeof setInterval> | undefined;
  #pausing: ReturnType<typeof setTimeout> | undefined;
  #gathering: ReturnType<typeof setTimeout> | undefined;
  #pauseMs = 0;
  #stopped = false;

  /** Nothing is asked before {@link ask}. */
  constructor(requests: JetStreamRequests, source: PullSource, listener: PullListener) {
    this.#requests = requests;
    this.#source = source;
    this.#listener = listener;
    this.#origin = ackOrigin(source.stream, source.consumer);
    this.#subject = `$JS.API.CONSUMER.MSG.NEXT.${source.stream}.${source.consumer}`;
    this.#unwatch = requests.line.watch((event) => {
      if (event.kind === "reconnected") this.#renew();
      else if (event.kind === "disconnected") this.#asked = 0;
      else if (event.kind === "denied" && event.subject === this.#subject) {
        this.#refused(event.error.message);
      }
    });
  }

  /** Messages that were asked for and have not come. */
  get asked(): number {
    return this.#asked;
  }

  /** Asks for what there is room for. Called whenever there may be more of it. */
  ask(): void {
    const { line } = this.#requests;
    if (this.#stopped || this.#pausing !== undefined || !line.up || line.isClosed()) return;
    if (this.#asked > 0 || this.#listener.isIdle()) return this.#send();
    if (this.#listener.room() <= 0) return;
    // A request costs as much as a message: what ends together is asked for together.
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      this.#send();
    });
  }

  #send(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    const { line } = this.#requests;
    const room = this.#listener.room();
    const wanted = room - this.#asked;
    // What comes meanwhile is enough while most of the room is asked for.
    if (wanted <= 0 || (this.#asked > 0 && wanted * 4 < room)) return;
    if (this.#stopped || !line.up || line.isClosed()) return;
    this.#subscribe();
    this.#watching ??= this.#watch();
    if (this.#asked === 0) this.#silent = 0;
    this.#asked += wanted;
    const body = `{"batch":${wanted},"expires":${EXPIRES_MS * NANOS_PER_MS},` +
      `"idle_heartbeat":${HEARTBEAT_MS * NANOS_PER_MS}}`;
    line.publish(this.#subject, body, { reply: this.#inbox });
  }

  /** Asks for nothing more; resolves when nothing more can come. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#unwatch();
    clearInterval(this.#watching);
    clearTimeout(this.#pausing);
    clearTimeout(this.#gathering);
    const subscription = this.#subscription;
    this.#subscription = undefined;
    if (!this.#requests.line.isClosed()) await subscription?.drain().catch(() => {});
  }

  #subscribe(): void {
    if (this.#subscription?.isClosed() === false) return;
    this.#inbox = `${this.#requests.inboxPrefix}.${freshToken(12)}`;
    // A queue of one: while the line goes over to its next connection, only one of both gets a message.
    this.#subscription = this.#requests.line.subscribe(this.#inbox, {
      queue: "pull",
      callback: (cause, msg) => {
        if (cause === null) this.#receive(msg);
        else this.#refused(cause.message);
      },
    });
  }

  #watch(): ReturnType<typeof setInterval> {
    const timer = setInterval(() => {
      const isSilent = this.#asked > 0 && ++this.#silent >= SILENT_LOOKS;
      if (isSilent && this.#requests.line.up) this.#renew();
    }, HEARTBEAT_MS);
    unrefTimer(timer);
    return timer;
  }

  #receive(msg: WireMessage): void {
    this.#silent = 0;
    const status = messageStatus(msg);
    if (status !== 0) return this.#control(status, headerText(msg));
    const { reply } = msg;
    const numbers = parseAckSubject(reply, this.#origin);
    // Whatever is not acknowledged like a message of this consumer came from another sender.
    if (numbers === undefined || reply === undefined) return;
    this.#asked = Math.max(0, this.#asked - 1);
    this.#works();
    this.#listener.delivered(new PulledMessage(msg, this.#source.stream, numbers, reply));
    if (this.#asked === 0) this.ask();
  }

  #control(status: number, headers: string): void {
    if (status === 100) return this.#works();
    const left = Number(headerValue(headers, "Nats-Pending-Messages"));
    // 408: it has stood for its time.
    if ((status === 408 || status === 404) && Number.isInteger(left)) {
      this.#works();
      this.#asked = Math.max(0, this.#asked - left);
      return this.ask();
    }
    this.#refused(
      status === 503 ? "the consumer is not there" : headers.slice(9).split("\r\n")[0]!,
    );
  }

  #works(): void {
    if (this.#pauseMs === 0) return;
    this.#pauseMs = 0;
    this.#listener.trouble(undefined);
  }

  /** The server does not stand by the request: it has restarted, has another leader, or the consumer is gone. */
  #refused(why: string): void {
    if (this.#stopped) return;
    // One refusal comes with each change of a leader; what stays is worth a word.
    if (this.#pauseMs >= 4 * FIRST_PAUSE_MS) this.#listener.trouble(why);
    this.#pauseMs = Math.min(LONGEST_PAUSE_MS, this.#pauseMs * 2 || FIRST_PAUSE_MS);
    this.#leave();
    clearTimeout(this.#pausing);
    this.#pausing = setTimeout(() => {
      this.#pausing = undefined;
      this.ask();
    }, this.#pauseMs * (0.5 + Math.random() / 2));
    unrefTimer(this.#pausing);
  }

  #renew(): void {
    this.#leave();
    this.ask();
  }

  /** What still comes for the earlier requests is taken; the server forgets them without a subscriber. */
  #leave(): void {
    const subscription = this.#subscription;
    this.#subscription = undefined;
    this.#asked = 0;
    if (subscription?.isClosed() === false && !this.#requests.line.isClosed()) {
      subscription.drain().catch(() => {});
    }
  }
}

/** Reads the headers, which many have no need of, when it is asked for them. */
class PulledMessage implements Delivery {
  readonly stream: string;
  readonly subject: string;
  readonly sequence: number;
  readonly deliveries: number;
  readonly writtenAt: number;
  readonly pending: number;
  readonly data: Uint8Array;
  readonly ackSubject: string;
  readonly #msg: WireMessage;
  #headers: string | undefined;

  constructor(msg: WireMessage, stream: string, numbers: AckNumbers, ackSubject: string) {
    this.stream = stream;
    this.subject = msg.subject;
    this.sequence = numbers.sequence;
    this.deliveries = numbers.deliveries;
    this.writtenAt = numbers.writtenAt;
    this.pending = numbers.pending;
    this.data = msg.data;
    this.ackSubject = ackSubject;
    this.#msg = msg;
  }

  get headers(): string {
    return this.#headers ??= headerText(this.#msg);
  }
}
