import type { Link, LinkSubscription, SubscribeOptions } from "./link/link.ts";

/** A subscription that goes over from a connection to the next. While it does, it is on both. */
export class LineSubscription {
  readonly #subject: string;
  readonly #options: SubscribeOptions;
  readonly #onEnd: (ended: LineSubscription) => void;
  #current: LinkSubscription;
  #next: LinkSubscription | undefined;

  /** @param onEnd called when it is to go over no more */
  constructor(
    connection: Link,
    subject: string,
    options: SubscribeOptions,
    onEnd: (ended: LineSubscription) => void,
  ) {
    this.#subject = subject;
    this.#options = options;
    this.#onEnd = onEnd;
    this.#current = this.#on(connection);
  }

  /** True when it was ended, or denied by the server. */
  isClosed(): boolean {
    return this.#current.isClosed();
  }

  /** Takes no message any more. */
  unsubscribe(): void {
    this.#onEnd(this);
    this.#current.unsubscribe();
    this.#next?.unsubscribe();
  }

  /** Takes what is on its way, and no further message. Resolves when the server knows. */
  async drain(): Promise<void> {
    this.#onEnd(this);
    const open = [this.#current, this.#next].filter((on) => on?.isClosed() === false);
    await Promise.all(open.map((on) => on?.drain()));
  }

  /** Subscribes on the next connection as well. */
  begin(next: Link): void {
    this.#next = this.#on(next);
  }

  /** The next connection came to nothing. */
  stay(): void {
    this.#next = undefined;
  }

  /** Has gone over; what it returns is on the connection before, to be drained. */
  move(next: Link): LinkSubscription {
    const before = this.#current;
    this.#current = this.#next ?? this.#on(next);
    this.#next = undefined;
    return before;
  }

  #on(connection: Link): LinkSubscription {
    return connection.subscribe(this.#subject, this.#options);
  }
}
