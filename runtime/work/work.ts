import type { Delivery, WorkItem } from "./delivery.ts";
import type { Outcome } from "./outcome.ts";

/** One delivery in work. */
export class Work<Item extends WorkItem> {
  readonly delivery: Delivery;
  readonly item: Item;
  /** That of the latest delivery: any of them settles it. */
  ackSubject: string;
  /** By `performance.now()`. */
  deadline = Infinity;
  /** It was said that it is to come again: when it does, that is its next try. */
  isGivenAway = false;
  /** What is said of it from outside its handler. */
  finish: (outcome: Outcome) => void = () => {};
  #aborting: AbortController | undefined;

  /** @param item what the delivery stands for */
  constructor(delivery: Delivery, item: Item) {
    this.delivery = delivery;
    this.item = item;
    this.ackSubject = delivery.ackSubject;
  }

  /** Aborts with {@link abort}. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Tells its handler to end. */
  abort(why: string): void {
    this.#controller.abort(new DOMException(why, "TimeoutError"));
  }

  /** Made at first use: most handlers never look at it. */
  get #controller(): AbortController {
    return this.#aborting ??= new AbortController();
  }
}
