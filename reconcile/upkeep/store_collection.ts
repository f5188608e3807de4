import { collectOrphans } from "../nats/collect/collect_orphans.ts";
import { managerOf } from "../nats/buckets/jetstream_failure.ts";
import { pauseAfter } from "./pause_after.ts";
import type { ReconcileEvent } from "./reconcile_event.ts";

/** When unused objects are removed. */
export interface CollectionTimes {
  /** Milliseconds after the start of the first time; a minute unless given. */
  readonly firstMs?: number;
  /** Milliseconds between two times; unless given a minute, and more where a collection takes long. */
  readonly intervalMs?: number;
  /** Milliseconds that an object must have been out of use; an hour unless given. */
  readonly olderThanMs?: number;
}

/** What a collection needs. */
export interface CollectionOptions {
  /** A connection that may manage streams. */
  readonly connection: Parameters<typeof managerOf>[0];
  readonly times: CollectionTimes;
  /** Gets what goes wrong, once. */
  readonly report: (event: ReconcileEvent) => void;
  readonly signal: AbortSignal;
  /** Deployments that this process looks after, with the physical names of their stores. */
  readonly stores: () => readonly { readonly name: string; readonly stores: readonly string[] }[];
}

const PACE = { intervalMs: 60_000, share: 50, longestMs: 600_000 };

/** Removes from time to time what no key of a store leads to any more. Reports nothing when it works. */
export class StoreCollection {
  readonly #options: CollectionOptions;
  /** What went wrong last, by store. */
  readonly #failures = new Map<string, string>();
  #timer: ReturnType<typeof setTimeout>;
  #running: Promise<void> = Promise.resolve();

  /** Starts it. */
  constructor(options: CollectionOptions) {
    this.#options = options;
    this.#timer = this.#wait(options.times.firstMs ?? 60_000);
  }

  /** Ends it; the signal is aborted by then. Resolves when what is under way has ended. */
  stop(): Promise<void> {
    clearTimeout(this.#timer);
    return this.#running;
  }

  #wait(milliseconds: number): ReturnType<typeof setTimeout> {
    return setTimeout(() => {
      this.#running = this.#collect();
    }, milliseconds);
  }

  async #collect(): Promise<void> {
    const { stores, signal, times } = this.#options;
    const started = performance.now();
    for (const { name: deployment, stores: names } of stores()) {
      for (const name of names) if (!signal.aborted) await this.#collectStore(deployment, name);
    }
    if (signal.aborted) return;
    const pause = pauseAfter(performance.now() - started, PACE);
    this.#timer = this.#wait(times.intervalMs ?? pause);
  }

  async #collectStore(deployment: string, name: string): Promise<void> {
    const { connection, times: { olderThanMs }, signal, report } = this.#options;
    const manager = await managerOf(connection);
    const collected = await collectOrphans({
      manager,
      name,
      signal,
      ...(olderThanMs === undefined ? {} : { olderThanMs }),
    });
    if (signal.aborted) return;
    if (collected.isOk()) {
      this.#failures.delete(name);
      return;
    }
    const { message, hint } = collected.error;
    // The same failure again is not reported.
    if (this.#failures.get(name) === message) return;
    this.#failures.set(name, message);
    report({ kind: "failed", deployment, message, hint, awaited: false });
  }
}
