import type { JetStreamRequests } from "../../nats/jetstream/jetstream_requests.ts";
import { ACK, acknowledge } from "./acknowledge.ts";

/**
 * Acknowledges what is handled of one consumer. What ends together is sent together, and the server is asked
 * once whether it knows: it takes the acknowledgements of a consumer one after the other.
 */
export class Acknowledgements {
  readonly #requests: JetStreamRequests;
  readonly #ackWaitMs: number;
  readonly #sent: () => void;
  #subjects: string[] = [];
  #confirmed: Promise<boolean> | undefined;

  /** @param sent called each time when some were sent */
  constructor(requests: JetStreamRequests, ackWaitMs: number, sent: () => void) {
    this.#requests = requests;
    this.#ackWaitMs = ackWaitMs;
    this.#sent = sent;
  }

  /** False when it is not known in time that the server knows: it may be delivered again. */
  add(ackSubject: string): Promise<boolean> {
    this.#subjects.push(ackSubject);
    return this.#confirmed ??= Promise.resolve().then(() => this.#send());
  }

  #send(): Promise<boolean> {
    const subjects = this.#subjects;
    this.#subjects = [];
    this.#confirmed = undefined;
    const deadline = performance.now() + this.#ackWaitMs;
    const confirmed = acknowledge(this.#requests, subjects, ACK, deadline);
    this.#sent();
    return confirmed;
  }
}
