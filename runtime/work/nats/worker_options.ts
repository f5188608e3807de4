import type { DeliveryRules } from "../decide_delivery.ts";
import type { Delivery, WorkItem } from "../delivery.ts";
import type { Overdue } from "../hung_handlers.ts";
import type { Outcome } from "../outcome.ts";
import type { PullSource } from "./pull_loop.ts";
import type { Settling } from "./settle_delivery.ts";

/** What a worker works on. */
export interface WorkSource extends PullSource {
  /** Deliveries of it that may be in work here at once. */
  readonly limit: number;
  /** It is not asked for more while one of a lower number is known to have some; 0 when left out. */
  readonly class?: number;
}

/** A delivery for a handler. */
export interface WorkRun<Item extends WorkItem = WorkItem> {
  readonly delivery: Delivery;
  readonly item: Item;
  /** Which try it is, from 1. */
  readonly tries: number;
  /** Aborts at its deadline, and when the process stops for good; made at first use. */
  readonly signal: () => AbortSignal;
}

/** How a worker works. */
export interface WorkerOptions<Item extends WorkItem = WorkItem> extends Settling<Item> {
  readonly sources: readonly WorkSource[];
  readonly onDead: DeliveryRules["onDead"];
  /** Milliseconds that a handler may take. */
  readonly handlerMs: number;
  /** Says what a delivery stands for. */
  readonly read: (delivery: Delivery) => Item;
  /** Is told of handlers that have not ended within `handlerMs`. */
  readonly overdue?: Overdue;
  /** Works on it; what is answered at once costs no promise. */
  readonly run: (run: WorkRun<Item>) => Outcome | Promise<Outcome>;
}
