import { LONGEST_TIMER_MS } from "../nats/deadline_sweep.ts";
import { unrefTimer } from "../nats/unref_timer.ts";
import type { Delivery } from "../work/delivery.ts";
import type { Overdue } from "../work/hung_handlers.ts";
import type { Outcome } from "../work/outcome.ts";
import type { WorkRun } from "../work/nats/worker_options.ts";
import type { QueueItem } from "./queue_item.ts";

/** Milliseconds that a handler has after its deadline has passed and its signal has aborted. */
const ABORT_MS = 1000;

/** How long something of a queue may take, and what works on it. */
export interface RunWithin {
  readonly now: () => Promise<number>;
  readonly run: (run: QueueRun) => Outcome | Promise<Outcome>;
  readonly expired?: (run: QueueRun) => Promise<Outcome>;
  readonly overdue?: Overdue;
}

/** One run of something in a queue. */
export class QueueRun implements WorkRun<QueueItem> {
  readonly delivery: Delivery;
  readonly item: QueueItem;
  readonly tries: number;
  readonly #signal: () => AbortSignal;
  #aborting: AbortController | undefined;
  #combined: AbortSignal | undefined;

  /** @param run as the worker began it */
  constructor({ delivery, item, tries, signal }: WorkRun<QueueItem>) {
    this.delivery = delivery;
    this.item = item;
    this.tries = tries;
    this.#signal = signal;
  }

  /** Aborts at its deadline, by {@link abort}, and when the process stops for good. */
  readonly signal = (): AbortSignal => {
    return this.#combined ??= AbortSignal.any([this.#signal(), this.#controller.signal]);
  };

  /** Tells its handler to end. */
  abort(why: string): void {
    this.#controller.abort(new DOMException(why, "AbortError"));
  }

  /** Made at first use: most handlers never look at it. */
  get #controller(): AbortController {
    return this.#aborting ??= new AbortController();
  }

  /** Works on it until its deadline. */
  within({ now, run, expired, overdue }: RunWithin): Outcome | Promise<Outcome> {
    const { deadline } = this.item;
    const end = deadline === undefined ? NaN : Date.parse(deadline);
    if (Number.isNaN(end)) return run(this);
    return this.#until(end, { now, run, expired: expired ?? late, overdue });
  }

  async #until(
    end: number,
    { now, run, expired, overdue }: RunWithin & Required<Pick<RunWithin, "expired">>,
  ): Promise<Outcome> {
    const left = end - await now();
    if (left <= 0) return late(this);
    if (left > LONGEST_TIMER_MS) return run(this);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const passed = new Promise<Outcome>((resolve, reject) => {
      timer = setTimeout(() => {
        this.abort(`its deadline ${this.item.deadline} has passed`);
        overdue?.(running, this.item.id);
        timer = setTimeout(() => expired(this).then(resolve, reject), ABORT_MS);
      }, left);
      unrefTimer(timer);
    });
    const running = Promise.resolve(run(this));
    try {
      const outcome = await Promise.race([running, passed]);
      const isOver = outcome.kind === "failed" && this.#aborting?.signal.aborted === true;
      // A try that ends because of the deadline is not worth another one.
      return isOver && end <= await now() ? await expired(this) : outcome;
    } finally {
      clearTimeout(timer);
    }
  }
}

function late({ item }: QueueRun): Promise<Outcome> {
  const reason = `its deadline ${item.deadline} has passed`;
  return Promise.resolve({ kind: "expired", reason });
}
