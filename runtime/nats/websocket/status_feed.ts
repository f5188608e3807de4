import type { Status } from "@nats-io/nats-core";
import { type Deferred, deferred } from "../link/deferred.ts";

/** Hands out what happens to everyone who listens, until it is over. */
export class StatusFeed {
  readonly #queues = new Set<{ readonly items: Status[]; wake: Deferred<void> }>();
  #over = false;

  /** Something has happened. */
  push(status: Status): void {
    for (const queue of this.#queues) {
      queue.items.push(status);
      queue.wake.resolve();
    }
  }

  /** Nothing more happens. */
  end(): void {
    this.#over = true;
    for (const { wake } of this.#queues) wake.resolve();
  }

  /** What happens from the moment on at which somebody takes the first. */
  async *listen(): AsyncGenerator<Status> {
    const queue = { items: [] as Status[], wake: deferred<void>() };
    this.#queues.add(queue);
    try {
      for (;;) {
        while (queue.items.length > 0) yield* queue.items.splice(0);
        if (this.#over) return;
        await queue.wake.promise;
        queue.wake = deferred();
      }
    } finally {
      this.#queues.delete(queue);
    }
  }
}
