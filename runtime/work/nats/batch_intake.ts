import { deferred } from "../../nats/link/deferred.ts";
import type { JetStreamRequests } from "../../nats/jetstream/jetstream_requests.ts";
import type { Delivery } from "../delivery.ts";
import { nak, sayWorking } from "./acknowledge.ts";
import { PullLoop, type PullSource } from "./pull_loop.ts";

/** After so many milliseconds without a further message a batch is not filled up. */
const QUIET_MS = 50;

/** The messages that a worker on batches holds; further ones come while there is room. */
export class BatchIntake {
  /** What was delivered and is not acknowledged, by sequence. */
  readonly held = new Map<number, Delivery>();
  readonly #requests: JetStreamRequests;
  readonly #size: number;
  readonly #loop: PullLoop;
  #woken = deferred<void>();
  /** True when nothing followed the message that came last. */
  #isNewest = false;

  /** @param size messages to be held at most; `trouble` is told why nothing comes, if that lasts */
  constructor(
    requests: JetStreamRequests,
    source: PullSource,
    size: number,
    trouble: (why: string) => void,
  ) {
    this.#requests = requests;
    this.#size = size;
    this.#loop = new PullLoop(requests, source, {
      room: () => this.#size - this.held.size,
      isIdle: () => true,
      delivered: (delivery) => this.#take(delivery),
      trouble: (why) => {
        if (why !== undefined) trouble(why);
      },
    });
  }

  /** True while a request waits for messages. */
  get asking(): boolean {
    return this.#loop.asked > 0;
  }

  /** Asks for messages, and resolves when there is a batch of them; false when the signal aborts first. */
  async filled(signal: AbortSignal): Promise<boolean> {
    const onEnd = () => this.#wake();
    signal.addEventListener("abort", onEnd);
    const unlisten = this.#requests.listen(onEnd);
    try {
      while (!signal.aborted && !this.#requests.line.isClosed()) {
        if (this.#loop.asked === 0) this.#loop.ask();
        const { size } = this.held;
        if (size >= this.#size || (size > 0 && this.#isNewest)) return true;
        if (!await this.#change(size > 0 ? QUIET_MS : undefined)) return true;
      }
      return false;
    } finally {
      unlisten();
      signal.removeEventListener("abort", onEnd);
    }
  }

  /** What is held up to a sequence, in the order of the stream. */
  batch(last: number): Delivery[] {
    return [...this.held.values()].filter(({ sequence }) => sequence <= last)
      .sort((a, b) => a.sequence - b.sequence);
  }

  /** Everything up to this sequence is acknowledged. */
  settle(sequence: number): void {
    for (const held of this.held.keys()) if (held <= sequence) this.held.delete(held);
  }

  /** Says that what is held is in work yet. */
  holdOn(): void {
    for (const { ackSubject } of this.held.values()) sayWorking(this.#requests, ackSubject);
  }

  /** Ends, and gives back what is held. */
  async close(): Promise<void> {
    await this.#loop.stop();
    const { line } = this.#requests;
    const isOpen = line.up && !line.isClosed();
    for (const { ackSubject } of this.held.values()) if (isOpen) line.publish(ackSubject, nak(0));
    this.held.clear();
  }

  #take(delivery: Delivery): void {
    this.held.set(delivery.sequence, delivery);
    this.#isNewest = delivery.pending === 0;
    this.#wake();
  }

  #wake(): void {
    this.#woken.resolve();
    this.#woken = deferred();
  }

  /** Waits until something has happened; false when nothing has in this time. */
  async #change(ms: number | undefined): Promise<boolean> {
    const came = this.#woken.promise.then(() => true);
    if (ms === undefined) return await came;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), ms);
    });
    const first = await Promise.race([came, late]);
    clearTimeout(timer);
    return first;
  }
}
