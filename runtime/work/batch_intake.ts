import { deferred } from "../nats/link/deferred.ts";
import type { JetStreamRequests } from "../nats/jetstream/jetstream_requests.ts";
import { type DurableConsumer, type PulledMessage, PullSubscription } from "./pull_subscription.ts";

/** A request for messages is made again after so many milliseconds. */
const REQUEST_MS = 10_000;
/** So much longer the server may take to say that it has ended. */
const LATE_MS = 1000;
/** After so many milliseconds without a further message a batch is not filled up. */
const QUIET_MS = 50;

/** The messages that a worker on batches holds, and the request by which further ones come. */
export class BatchIntake {
  /** What was delivered and is not acknowledged, by sequence. */
  readonly held = new Map<number, PulledMessage>();
  readonly #requests: JetStreamRequests;
  readonly #size: number;
  readonly #pull: PullSubscription;
  readonly #unlisten: () => void;
  #woken = deferred<void>();
  /** Messages that the open request lets come yet; 0: none is open. */
  #room = 0;
  /** When the open request is over, or one may be made again; by `performance.now()`. */
  #until = 0;
  /** True when nothing followed the message that came last. */
  #isNewest = false;

  /** @param size messages to be held at most */
  constructor(requests: JetStreamRequests, durable: DurableConsumer, size: number) {
    this.#requests = requests;
    this.#size = size;
    this.#pull = new PullSubscription(requests, durable, {
      message: (pulled) => this.#take(pulled),
      ended: (status) => this.#forget(status === 408 ? 0 : LATE_MS),
    });
    this.#unlisten = requests.listen(({ kind }) => {
      // With the connection the server has lost the request.
      if (kind === "disconnected" || kind === "reconnected") this.#forget(0);
      else this.#wake();
    });
  }

  /** True while a request waits for messages. */
  get asking(): boolean {
    return this.#room > 0 && performance.now() < this.#until;
  }

  /** Asks for messages, and resolves when there is a batch of them; false when the signal aborts first. */
  async filled(signal: AbortSignal): Promise<boolean> {
    const onAbort = () => this.#wake();
    signal.addEventListener("abort", onAbort);
    try {
      while (!signal.aborted && !this.#requests.line.isClosed()) {
        this.#ask();
        const { size } = this.held;
        if (size >= this.#size || (size > 0 && this.#isNewest)) return true;
        const came = await this.#change(size > 0 ? QUIET_MS : this.#until - performance.now());
        if (!came && size > 0) return true;
      }
      return false;
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  /** What is held up to a sequence, in the order of the stream. */
  batch(last: number): PulledMessage[] {
    return [...this.held.values()].filter(({ sequence }) => sequence <= last)
      .sort((a, b) => a.sequence - b.sequence);
  }

  /** Everything up to this sequence is acknowledged. */
  settle(sequence: number): void {
    for (const held of this.held.keys()) if (held <= sequence) this.held.delete(held);
  }

  /** Says that what is held is in work yet. */
  holdOn(): void {
    this.#answerAll("+WPI");
  }

  /** Ends, and gives back what is held. */
  async close(): Promise<void> {
    await this.#pull.close();
    this.#unlisten();
    this.#answerAll("-NAK");
    this.held.clear();
  }

  #ask(): void {
    const now = performance.now();
    const room = this.#size - this.held.size;
    if (!this.#requests.up || now < this.#until || room <= 0) return;
    this.#pull.ask(room, REQUEST_MS);
    this.#room = room;
    this.#until = now + REQUEST_MS + LATE_MS;
  }

  #take(pulled: PulledMessage): void {
    this.held.set(pulled.sequence, pulled);
    this.#isNewest = pulled.pending === 0;
    if (--this.#room === 0) this.#until = 0;
    this.#wake();
  }

  /** The open request is over. */
  #forget(pauseMs: number): void {
    this.#room = 0;
    this.#until = pauseMs === 0 ? 0 : performance.now() + pauseMs;
    this.#wake();
  }

  #wake(): void {
    this.#woken.resolve();
    this.#woken = deferred();
  }

  /** Waits until something has happened; false when nothing has in this time. */
  async #change(ms: number): Promise<boolean> {
    const { promise } = this.#woken;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), Math.max(ms, QUIET_MS));
    });
    const came = await Promise.race([promise.then(() => true), late]);
    clearTimeout(timer);
    return came;
  }

  #answerAll(word: string): void {
    const { line } = this.#requests;
    if (!line.up || line.isClosed()) return;
    for (const { ack } of this.held.values()) line.publish(ack, word);
  }
}
