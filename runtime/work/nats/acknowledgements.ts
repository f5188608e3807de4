import type { JetStreamRequests } from "../../nats/jetstream/jetstream_requests.ts";
import { ACK, acknowledge } from "./acknowledge.ts";

/** Is told of what is acknowledged. */
export interface AcknowledgementListener<W> {
  /** Some were sent. */
  sent(): void;
  /**
   * The server was asked about them.
   *
   * @param isConfirmed false when it is not known that it knows: they may be delivered again
   */
  settled(works: readonly W[], isConfirmed: boolean): void;
}

/**
 * Acknowledges what is handled of one consumer. What ends together is sent together, and the server is asked
 * once whether it knows: it takes the acknowledgements of a consumer one after the other.
 */
export class Acknowledgements<W extends { readonly ackSubject: string }> {
  readonly #requests: JetStreamRequests;
  readonly #ackWaitMs: number;
  readonly #listener: AcknowledgementListener<W>;
  #works: W[] = [];

  /** Nothing is sent before {@link add}. */
  constructor(
    requests: JetStreamRequests,
    ackWaitMs: number,
    listener: AcknowledgementListener<W>,
  ) {
    this.#requests = requests;
    this.#ackWaitMs = ackWaitMs;
    this.#listener = listener;
  }

  /** One more is handled. */
  add(work: W): void {
    if (this.#works.push(work) === 1) queueMicrotask(() => this.#send());
  }

  async #send(): Promise<void> {
    const works = this.#works;
    this.#works = [];
    const deadline = performance.now() + this.#ackWaitMs;
    const subjects = works.map(({ ackSubject }) => ackSubject);
    const confirmed = acknowledge(this.#requests, subjects, ACK, deadline);
    this.#listener.sent();
    this.#listener.settled(works, await confirmed);
  }
}
