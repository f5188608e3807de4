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

/** A worker that serves; made by {@link startWorker}. */
export class ServiceWorker {
  /** Settled when the worker ends by itself: an error that nobody caught. */
  readonly crashed: Promise<WorkerFailure>;
  /** The contracts that it serves. */
  readonly contracts: readonly string[];
  readonly #worker: Worker;
  #stopping: Promise<void> | undefined;

  /** Made by {@link startWorker}. */
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

/** Starts a worker and waits until its services answer. */
export async function startWorker(
  options: WorkerOptions,
): Promise<Result<ServiceWorker, WorkerFailure>> {
  const worker = new Worker(new URL("./service_worker.ts", import.meta.url), {
    type: "module",
    name: options.module,
  });
  const started = Promise.withResolvers<Result<readonly string[], WorkerFailure>>();
  const crashed = Promise.withResolvers<WorkerFailure>();
  worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => {
    if (data.kind === "ready") started.resolve(ok(data.contracts));
    if (data.kind === "failed") started.resolve(err(data.failure));
  });
  worker.addEventListener("error", (event) => {
    // Otherwise the error of one service would end the whole process.
    event.preventDefault();
    const failure: WorkerFailure = { message: event.message };
    started.resolve(err(failure));
    crashed.resolve(failure);
  });
  send(worker, {
    kind: "start",
    style: options.style,
    module: options.module,
    servers: options.servers,
    deployment: options.deployment,
  });
  const limit = options.startTimeoutMs ?? START_TIMEOUT_MS;
  const timer = setTimeout(() => started.resolve(err(tooSlow(options.module, limit))), limit);
  const result = await started.promise;
  clearTimeout(timer);
  if (result.isErr()) {
    worker.terminate();
    return err(result.error);
  }
  return ok(new ServiceWorker(worker, result.orThrow(), crashed.promise));
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
