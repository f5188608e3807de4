import { type Backoff, backoffMs } from "../../reconcile/reconciler/backoff.ts";
import { doneWithin } from "../../runtime/nats/done_within.ts";
import { err, isErr, type Result } from "../../contracts/result.ts";
import type { WorkerFailure, WorkerLook } from "./worker_protocol.ts";
import {
  DEFAULT_HEAP_MB,
  type Permit,
  type ServiceWorker,
  WarmWorker,
  type WorkerOptions,
} from "./worker_host.ts";
import type { WorkerSettings } from "./worker_process.ts";

/** Told what happens to services. */
export interface SupervisorEvents {
  /**
   * A worker could not start or ended by itself. Another one that was there before keeps running, or
   * it is started again after `retryMs`. The same failure of one start after the other is told once.
   */
  failed(deployment: string, failure: WorkerFailure, oldCodeRuns: boolean, retryMs?: number): void;
  /** A worker that had ended answers again. */
  restarted(deployment: string): void;
}

/** How often, one after the other, the worker of a deployment failed, and how it did last. */
interface Failures {
  readonly count: number;
  readonly message: string;
}

const BACKOFF: Backoff = { firstMs: 250, maxMs: 15_000 };
/** A worker that ran this long has left its earlier failures behind. */
const SETTLED_MS = 30_000;
const DRAIN_MS = 10_000;
/** Milliseconds that a worker which is replaced may go on taking requests: one that loops takes none. */
const QUIET_MS = 1000;

/** How workers are treated. */
export interface SupervisorOptions {
  /** What workers may do, and how their imports are found. */
  readonly settings: Omit<WorkerSettings, "heapMb">;
  /** Milliseconds that requests in work may take when a worker is replaced; 10000 unless given. */
  readonly drainMs?: number;
  /** The first worker, where one was made before this. */
  readonly spare?: WarmWorker;
  /** MiB that the heap of a worker may have; as much as that of this process unless given. */
  readonly heapMb?: number;
  /** Gives each worker of a deployment a session of its own; undefined where the server is not secured. */
  readonly openSession?: (deployment: string) => Promise<WorkerSession | undefined>;
}

/** The session that a worker's service connects with. */
export interface WorkerSession {
  /** Secret of its key. */
  readonly seed: string;
  /** Called when the worker has ended. */
  close(): Promise<void>;
}

/** What a deployment runs. */
export interface ServiceCode extends WorkerOptions {
  /** Digest of the contract that the code was written for. */
  readonly digest: string;
  /** Whether it was replaced since: other code comes, and it does not matter any more why this one fails. */
  readonly isReplaced?: () => boolean;
}

interface Running {
  readonly worker: ServiceWorker;
  readonly digest: string;
}

interface Retry {
  readonly timer: ReturnType<typeof setTimeout>;
  readonly digest: string;
}

/**
 * Keeps one worker per deployment running. A replacement answers before its predecessor stops to,
 * so that no request fails.
 */
export class Supervisor {
  readonly #events: SupervisorEvents;
  readonly #running = new Map<string, Running>();
  /** The latest start of each deployment: an earlier one that ends later does not count. */
  readonly #starts = new Map<string, symbol>();
  readonly #failures = new Map<string, Failures>();
  /** Deployments whose code from before runs, because NATS did not let the new one start, say. */
  readonly #postponed = new Set<string>();
  readonly #retries = new Map<string, Retry>();
  readonly #draining = new Set<Promise<void>>();
  readonly #options: SupervisorOptions & { readonly drainMs: number; readonly heapMb: number };
  #settings: SupervisorOptions["settings"];
  /** The next worker, made ahead of time: most of a start is loading what every service needs. */
  #spare: WarmWorker | undefined;
  #preparing: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  /** @param events is told what happens */
  constructor(events: SupervisorEvents, options: SupervisorOptions) {
    this.#events = events;
    this.#options = { drainMs: DRAIN_MS, heapMb: DEFAULT_HEAP_MB, ...options };
    this.#settings = options.settings;
    if (options.spare !== undefined) this.#keepReady(options.spare);
  }

  /** Makes a worker ready for the service that is started next, once nothing more urgent is at work. */
  prepare(afterMs: number): void {
    clearTimeout(this.#preparing);
    this.#preparing = setTimeout(() => {
      if (this.#stopped || this.#spare !== undefined) return;
      this.#keepReady(this.#open());
    }, afterMs);
  }

  #keepReady(spare: WarmWorker): void {
    this.#spare = spare;
    spare.ended.then(() => {
      if (this.#spare === spare) this.#spare = undefined;
    });
  }

  /** Has workers run in this way from now on. */
  configure(settings: SupervisorOptions["settings"]): void {
    this.#settings = settings;
    this.#spare?.close();
    this.#spare = undefined;
  }

  /** Whether a deployment has a worker that answers. */
  isRunning(deployment: string): boolean {
    return this.#running.has(deployment);
  }

  /** Why the worker of a deployment does not answer; undefined when it does. */
  async trouble(deployment: string): Promise<string | undefined> {
    const running = this.#running.get(deployment);
    return running === undefined ? "its process does not answer" : await running.worker.trouble();
  }

  /** How the worker of a deployment is; undefined where it does not answer. */
  async look(deployment: string): Promise<WorkerLook | undefined> {
    return await this.#running.get(deployment)?.worker.look();
  }

  /** Digest of the contract whose code runs, or is started again; undefined when there is none. */
  digestOf(deployment: string): string | undefined {
    return (this.#running.get(deployment) ?? this.#retries.get(deployment))?.digest;
  }

  /**
   * Whether code of a deployment could not replace the old one for a reason that passes: whoever ran it
   * runs it again.
   */
  isPostponed(deployment: string): boolean {
    return this.#postponed.has(deployment);
  }

  /**
   * Starts or replaces the worker of a deployment; answers whether it is live. On a failure, which is
   * reported, the old one stays, or the new one is tried again. It is loaded at once, and takes over
   * when `permit` says so.
   */
  async run(
    deployment: string,
    code: ServiceCode,
    permit: Permit = () => Promise.resolve(true),
  ): Promise<boolean> {
    // What failed before was other code.
    if (!this.#postponed.has(deployment)) this.#failures.delete(deployment);
    return await this.#start(deployment, code, permit);
  }

  #open(): WarmWorker {
    return new WarmWorker({ ...this.#settings, heapMb: this.#options.heapMb });
  }

  async #start(deployment: string, code: ServiceCode, permit: Permit): Promise<boolean> {
    this.#cancelRetry(deployment);
    const start = Symbol();
    this.#starts.set(deployment, start);
    const spare = this.#spare ?? this.#open();
    this.#spare = undefined;
    const started = (await this.#startIn(spare, deployment, code, permit)).take();
    const counts = !this.#stopped && this.#starts.get(deployment) === start;
    if (isErr(started)) {
      // Code that is not permitted was reported already.
      if (counts && await permit() && !code.isReplaced?.()) {
        this.#fail(deployment, code, started.error, false);
      }
      return false;
    }
    // It may have been loaded after it was permitted.
    if (!counts || !await permit()) {
      await started.stop(0);
      return false;
    }
    const before = this.#running.get(deployment);
    this.#running.set(deployment, { worker: started, digest: code.digest });
    this.#postponed.delete(deployment);
    const since = performance.now();
    started.ended.then((failure) => {
      if (this.#running.get(deployment)?.worker !== started) return;
      this.#running.delete(deployment);
      if (performance.now() - since > SETTLED_MS) this.#failures.delete(deployment);
      this.#fail(deployment, code, failure, true);
    });
    if (before !== undefined) {
      this.#drain(before.worker.stop(this.#options.drainMs));
      // From then on nobody gets an answer of the code before.
      await doneWithin(before.worker.quiet, QUIET_MS);
    }
    return true;
  }

  async #startIn(
    worker: WarmWorker,
    deployment: string,
    code: ServiceCode,
    permit: Permit,
  ): Promise<Result<ServiceWorker, WorkerFailure>> {
    let session: WorkerSession | undefined;
    try {
      session = await this.#options.openSession?.(deployment);
    } catch (cause) {
      await worker.close();
      const reason = cause instanceof Error ? cause.message : String(cause);
      const message = `it could not be given a session: ${reason}`;
      return err({ message, code: "no_session", retryable: true });
    }
    worker.ended.then(() => session?.close()).catch(() => {
      // NATS does not answer. Nobody but the worker had the key.
    });
    return await worker.start({ ...code, sessionKeySeed: session?.seed }, permit);
  }

  /** Stops the worker of a deployment, if it has one. */
  async stop(deployment: string): Promise<void> {
    this.#cancelRetry(deployment);
    this.#starts.delete(deployment);
    this.#postponed.delete(deployment);
    const entry = this.#running.get(deployment);
    this.#running.delete(deployment);
    await entry?.worker.stop(this.#options.drainMs);
  }

  /** Stops every worker; requests in work may take `deadlineMs`. */
  async stopAll(deadlineMs: number): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#preparing);
    for (const deployment of [...this.#retries.keys()]) this.#cancelRetry(deployment);
    const workers = [...this.#running.values()].map(({ worker }) => worker.stop(deadlineMs));
    this.#running.clear();
    const all = Promise.all([...workers, ...this.#draining, this.#spare?.close()]);
    await doneWithin(all, deadlineMs + 500);
  }

  #drain(work: Promise<void>): void {
    this.#draining.add(work);
    work.finally(() => this.#draining.delete(work));
  }

  #fail(deployment: string, code: ServiceCode, failure: WorkerFailure, wasLive: boolean): void {
    if (this.#stopped) return;
    const before = this.#failures.get(deployment);
    const count = (before?.count ?? 0) + 1;
    this.#failures.set(deployment, { count, message: failure.message });
    // A start that fails as the one before is no news.
    const isNews = wasLive || failure.message !== before?.message;
    if (this.isRunning(deployment)) {
      if (failure.retryable === true) this.#postponed.add(deployment);
      else this.#postponed.delete(deployment);
      if (isNews) this.#events.failed(deployment, failure, true);
      return;
    }
    const waitMs = backoffMs(count, Math.random(), BACKOFF);
    if (isNews) this.#events.failed(deployment, failure, false, Math.round(waitMs));
    const timer = setTimeout(async () => {
      const isLive = await this.#start(deployment, code, () => Promise.resolve(true));
      if (isLive) this.#events.restarted(deployment);
    }, waitMs);
    this.#retries.set(deployment, { timer, digest: code.digest });
  }

  #cancelRetry(deployment: string): void {
    clearTimeout(this.#retries.get(deployment)?.timer);
    this.#retries.delete(deployment);
  }
}
