import type { Delivery, WorkItem } from "./delivery.ts";
import { type DeliveryNote, NO_NOTE } from "./delivery_notes.ts";

/** One delivery in work. */
export class Work<Item extends WorkItem = WorkItem> {
  /** Finds it among those of its source. */
  readonly key: number | string;
  readonly delivery: Delivery;
  readonly item: Item;
  /** Which try it is, from 1. */
  tries = 1;
  note: DeliveryNote = NO_NOTE;
  /** How often it was delivered again while it was here: that costs no try. */
  repeats = 0;
  /** That of the latest delivery: any of them settles it. */
  ackSubject: string;
  /** Whether it waits for a slot, has one, or takes no room any more. */
  place: "waiting" | "running" | "left" = "waiting";
  /** By `performance.now()`. */
  deadline = Infinity;
  /** Its handler, where that did not answer at once. */
  handler: Promise<unknown> | undefined;
  /** No other one that may have ended a process runs beside it. */
  isSuspect = false;
  /** It was said that it is to come again: when it does, that is its next try. */
  isGivenAway = false;
  #aborting: AbortController | undefined;

  /** @param item what the delivery stands for */
  constructor(key: number | string, delivery: Delivery, item: Item) {
    this.key = key;
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
