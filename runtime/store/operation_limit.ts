import type { OperationContext } from "../operation_context.ts";
import { storeError } from "./store_problem.ts";
import type { StoreError } from "./store_error.ts";
import type { StoreOperationOptions } from "./store_types.ts";
import { STORE_UPLOAD_MS } from "../../contracts/stored/store_names.ts";
import { unrefTimer } from "../nats/unref_timer.ts";

/** What a wait answers when its operation is to end: {@link OperationLimit.error} says why. */
export const STOPPED: unique symbol = Symbol("stopped");

/** How long one step may take before the operation is given up. */
export interface Patience {
  /** Milliseconds. */
  readonly ms: number;
  /** The error when the step takes longer. */
  readonly error: () => StoreError;
}

/**
 * The end of one operation: its signal aborts, its time is over, or one of its steps stalls. Every wait
 * of the operation goes through it, so that none outlives it. To be disposed of when the operation
 * is over.
 */
export class OperationLimit implements Disposable {
  readonly #waiters = new Set<() => void>();
  readonly #signal: AbortSignal | undefined;
  readonly #aborted: () => void;
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #deadline: number;
  #step: { readonly patience: Patience; readonly until: number } | undefined;
  #stepTimer: ReturnType<typeof setTimeout> | undefined;
  #error: StoreError | undefined;

  /** @param context for the message @param options signal and time; half an hour unless given */
  constructor(context: OperationContext, { signal, timeoutMs }: StoreOperationOptions) {
    this.#signal = signal;
    this.#aborted = () => {
      const what = "the caller's signal ended it; nothing was changed";
      this.end(storeError({ reason: "aborted", what, cause: signal?.reason }, context));
    };
    const ms = timeoutMs ?? STORE_UPLOAD_MS;
    this.#deadline = performance.now() + ms;
    this.#timer = setTimeout(() => {
      const what = `it was not done within ${ms} ms; nothing was changed. Allow it more time`;
      this.end(storeError({ reason: "timeout", what }, context));
    }, ms);
    unrefTimer(this.#timer);
    if (signal?.aborted) this.#aborted();
    else signal?.addEventListener("abort", this.#aborted, { once: true });
  }

  /** Why the operation ends; undefined while it goes on. */
  get error(): StoreError | undefined {
    return this.#error;
  }

  /** Milliseconds that the operation still has, at least 1. */
  get leftMs(): number {
    return Math.max(1, this.#deadline - performance.now());
  }

  /** Calls back if the operation ends before it is over. */
  onEnd(listener: () => void): void {
    if (this.#error === undefined) this.#waiters.add(listener);
    else listener();
  }

  /** Ends the operation; the first reason counts. */
  end(error: StoreError): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const stop of waiters) stop();
    this[Symbol.dispose]();
  }

  /** What `work` settles to; {@link STOPPED} as soon as the operation ends. */
  wait<T>(work: PromiseLike<T>): Promise<T | typeof STOPPED> {
    if (this.#error !== undefined) {
      work.then(undefined, () => {});
      return Promise.resolve(STOPPED);
    }
    return new Promise((resolve, reject) => {
      const stop = () => resolve(STOPPED);
      this.#waiters.add(stop);
      work.then((value) => {
        this.#waiters.delete(stop);
        resolve(value);
      }, (cause) => {
        this.#waiters.delete(stop);
        reject(cause);
      });
    });
  }

  /** Waits for a time; false when the operation ends before. Leaves no timer behind. */
  async pause(ms: number): Promise<boolean> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const over = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
      unrefTimer(timer);
    });
    const outcome = await this.wait(over);
    clearTimeout(timer);
    return outcome !== STOPPED;
  }

  /** As {@link wait}, of one step at a time that ends the operation when it stalls. */
  async step<T>(work: PromiseLike<T>, patience: Patience): Promise<T | typeof STOPPED> {
    this.#step = { patience, until: performance.now() + patience.ms };
    // One timer for many quick steps: it looks again when it fires.
    if (this.#stepTimer === undefined && this.#error === undefined) this.#watch(patience.ms);
    try {
      return await this.wait(work);
    } finally {
      this.#step = undefined;
    }
  }

  /** Releases the timers and the signal; running waits go on. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#stepTimer);
    this.#stepTimer = undefined;
    this.#signal?.removeEventListener("abort", this.#aborted);
  }

  #watch(ms: number): void {
    this.#stepTimer = setTimeout(() => {
      this.#stepTimer = undefined;
      if (this.#step === undefined) return;
      const { patience, until } = this.#step;
      const left = until - performance.now();
      if (left <= 0) this.end(patience.error());
      else this.#watch(left);
    }, Math.max(1, ms));
  }
}
