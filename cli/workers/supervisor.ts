import type { Result } from "../../contracts/result.ts";
import type { WorkerFailure } from "./worker_protocol.ts";
import { type ServiceWorker, WarmWorker, type WorkerOptions } from "./worker_host.ts";

/** Told what happens to services. */
export interface SupervisorEvents {
  /** A worker ended by itself; it is started again after `retryMs`. */
  crashed(deployment: string, failure: WorkerFailure, retryMs: number): void;
  /** A worker that had ended answers again. */
  restarted(deployment: string): void;
}

interface Running {
  readonly options: WorkerOptions;
  readonly worker: ServiceWorker;
  /** Starts that ended in a crash, one after the other. */
  readonly crashes: number;
}

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 15_000;
/** A worker that ran this long has left its earlier crashes behind. */
const SETTLED_MS = 30_000;

/**
 * Keeps one worker per deployment running. A replacement answers before its predecessor stops to,
 * so that no request fails.
 */
export class Supervisor {
  readonly #events: SupervisorEvents;
  readonly #running = new Map<string, Running>();
  readonly #retries = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #draining = new Set<Promise<void>>();
  readonly #drainMs: number;
  /** The next worker, made ahead of time: most of a start is loading what every service needs. */
  #spare: WarmWorker | undefined;
  #preparing: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  /** @param drainMs milliseconds that requests in work may take when a worker is replaced */
  constructor(events: SupervisorEvents, drainMs = 10_000) {
    this.#events = events;
    this.#drainMs = drainMs;
  }

  /** Makes a worker ready for the service that is started next, once nothing more urgent is at work. */
  prepare(afterMs: number): void {
    clearTimeout(this.#preparing);
    this.#preparing = setTimeout(() => {
      if (this.#stopped || this.#spare !== undefined) return;
      const spare = new WarmWorker();
      this.#spare = spare;
      spare.failed.then(() => {
        if (this.#spare === spare) this.#spare = undefined;
      });
    }, afterMs);
  }

  /** Whether a deployment has a worker that answers. */
  isRunning(deployment: string): boolean {
    return this.#running.has(deployment);
  }

  /**
   * Starts or replaces the worker of a deployment; on a failure the old one stays. The new one is loaded
   * at once, and takes over when `permit` says so.
   */
  run(
    deployment: string,
    options: WorkerOptions,
    permit?: Promise<boolean>,
  ): Promise<Result<ServiceWorker, WorkerFailure>> {
    return this.#run(deployment, options, 0, permit);
  }

  async #run(
    deployment: string,
    options: WorkerOptions,
    crashes: number,
    permit?: Promise<boolean>,
  ): Promise<Result<ServiceWorker, WorkerFailure>> {
    this.#cancelRetry(deployment);
    const spare = this.#spare ?? new WarmWorker();
    this.#spare = undefined;
    const started = await spare.start(options, permit);
    if (started.isErr()) return started;
    const worker = started.orThrow();
    if (this.#stopped) {
      await worker.stop(0);
      return started;
    }
    const before = this.#running.get(deployment);
    const entry: Running = { options, worker, crashes };
    this.#running.set(deployment, entry);
    const since = performance.now();
    worker.crashed.then((failure) => {
      if (this.#running.get(deployment) !== entry) return;
      this.#running.delete(deployment);
      const count = performance.now() - since > SETTLED_MS ? 0 : crashes;
      this.#retry(deployment, options, failure, count + 1);
    });
    if (before !== undefined) this.#drain(before.worker.stop(this.#drainMs));
    return started;
  }

  /** Stops the worker of a deployment, if it has one. */
  async stop(deployment: string): Promise<void> {
    this.#cancelRetry(deployment);
    const entry = this.#running.get(deployment);
    this.#running.delete(deployment);
    await entry?.worker.stop(this.#drainMs);
  }

  /** Stops every worker; requests in work may take `deadlineMs`. */
  async stopAll(deadlineMs: number): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#preparing);
    this.#spare?.close();
    for (const deployment of [...this.#retries.keys()]) this.#cancelRetry(deployment);
    const workers = [...this.#running.values()].map(({ worker }) => worker.stop(deadlineMs));
    this.#running.clear();
    const all = Promise.all([...workers, ...this.#draining]);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => timer = setTimeout(resolve, deadlineMs + 500));
    await Promise.race([all, late]);
    clearTimeout(timer);
  }

  #drain(work: Promise<void>): void {
    this.#draining.add(work);
    work.finally(() => this.#draining.delete(work));
  }

  #retry(
    deployment: string,
    options: WorkerOptions,
    failure: WorkerFailure,
    crashes: number,
  ): void {
    if (this.#stopped) return;
    const wait = Math.min(FIRST_RETRY_MS * 2 ** (crashes - 1), LONGEST_RETRY_MS);
    this.#events.crashed(deployment, failure, wait);
    this.#retries.set(
      deployment,
      setTimeout(async () => {
        this.#retries.delete(deployment);
        const again = await this.#run(deployment, options, crashes);
        if (again.isErr()) this.#retry(deployment, options, again.error, crashes + 1);
        else this.#events.restarted(deployment);
      }, wait),
    );
  }

  #cancelRetry(deployment: string): void {
    clearTimeout(this.#retries.get(deployment));
    this.#retries.delete(deployment);
  }
}
