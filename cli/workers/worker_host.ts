import { err, ok, type Result } from "../../contracts/result.ts";
import type { FromWorker, ServiceStyle, ToWorker, WorkerFailure } from "./worker_protocol.ts";

/** What a service's worker runs. */
export interface WorkerOptions {
  readonly style: ServiceStyle;
  /** URL of the module. */
  readonly module: string;
  readonly servers: string;
  readonly deployment?: string;
  /** Milliseconds until a worker that does not get ready is given up. */
  readonly startTimeoutMs?: number;
}

/** A worker that serves; made by {@link WarmWorker}. */
export class ServiceWorker {
  /** Settled when the worker ends by itself: an error that nobody caught. */
  readonly crashed: Promise<WorkerFailure>;
  /** The contracts that it serves. */
  readonly contracts: readonly string[];
  readonly #worker: Worker;
  #stopping: Promise<void> | undefined;

  /** Made by {@link WarmWorker}. */
  constructor(worker: Worker, contracts: readonly string[], crashed: Promise<WorkerFailure>) {
    this.#worker = worker;
    this.contracts = contracts;
    this.crashed = crashed;
  }

  /** Lets requests in work finish within `deadlineMs`, then ends the worker. */
  stop(deadlineMs: number): Promise<void> {
    return this.#stopping ??= this.#stop(deadlineMs);
  }

  async #stop(deadlineMs: number): Promise<void> {
    const stopped = Promise.withResolvers<void>();
    this.#worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => {
      if (data.kind === "stopped") stopped.resolve();
    });
    send(this.#worker, { kind: "stop", deadlineMs });
    // A handler that blocks its thread never answers: the worker is ended all the same.
    const timer = setTimeout(stopped.resolve, deadlineMs + GRACE_MS);
    await stopped.promise;
    clearTimeout(timer);
    this.#worker.terminate();
  }
}

const START_TIMEOUT_MS = 30_000;
const GRACE_MS = 300;

/** A worker that has loaded what every service needs and waits for the service itself. */
export class WarmWorker {
  /** Settled with an error that nobody caught. */
  readonly failed: Promise<WorkerFailure>;
  readonly #worker: Worker;

  /** Opens a worker; loading the framework goes on behind it. */
  constructor() {
    const failed = Promise.withResolvers<WorkerFailure>();
    this.failed = failed.promise;
    this.#worker = new Worker(new URL("./service_worker.ts", import.meta.url), {
      type: "module",
      name: "service",
    });
    this.#worker.addEventListener("error", (event) => {
      // Otherwise the error of one service would end the whole process.
      event.preventDefault();
      failed.resolve({ message: event.message });
    });
  }

  /**
   * Runs a service in it, once; resolves when the service answers. It is loaded at once and serves
   * when it is permitted to; when it is not, the worker ends.
   */
  async start(
    options: WorkerOptions,
    permit: Promise<boolean> = Promise.resolve(true),
  ): Promise<Result<ServiceWorker, WorkerFailure>> {
    const worker = this.#worker;
    const { style, module, servers, deployment } = options;
    const started = Promise.withResolvers<Result<readonly string[], WorkerFailure>>();
    worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => {
      if (data.kind === "ready") started.resolve(ok(data.contracts));
      if (data.kind === "failed") started.resolve(err(data.failure));
    });
    this.failed.then((failure) => started.resolve(err(failure)));
    send(worker, { kind: "start", style, module, servers, deployment });
    const limit = options.startTimeoutMs ?? START_TIMEOUT_MS;
    let timer: ReturnType<typeof setTimeout> | undefined;
    if (await permit) {
      send(worker, { kind: "serve" });
      timer = setTimeout(() => started.resolve(err(tooSlow(module, limit))), limit);
    } else started.resolve(err({ message: `${module} may not be served`, code: "not_permitted" }));
    const result = await started.promise;
    clearTimeout(timer);
    if (result.isOk()) return ok(new ServiceWorker(worker, result.value, this.failed));
    this.close();
    return err(result.error);
  }

  /** Ends a worker that is not needed. */
  close(): void {
    this.#worker.terminate();
  }
}

function tooSlow(module: string, limit: number): WorkerFailure {
  return {
    message: `${module} was not ready after ${limit} ms`,
    hint: "something at its top level waits or loops; handlers of every RPC must be registered",
  };
}

function send(worker: Worker, message: ToWorker): void {
  worker.postMessage(message);
}
