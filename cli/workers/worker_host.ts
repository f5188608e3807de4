import { fileURLToPath } from "node:url";
import { getHeapStatistics } from "node:v8";
import { Worker } from "node:worker_threads";
import { err, ok, type Result } from "../../contracts/result.ts";
import type { FromWorker, ServiceStyle, ToWorker, WorkerFailure } from "./worker_protocol.ts";

/** What a service's worker runs. */
export interface WorkerOptions {
  readonly style: ServiceStyle;
  /** URL of the module. */
  readonly module: string;
  readonly servers: string;
  /** Seed of the key that the service connects with, for servers that are secured. */
  readonly sessionKeySeed?: string | undefined;
  readonly deployment?: string;
  /** Milliseconds until a worker that does not get ready is given up. */
  readonly startTimeoutMs?: number;
}

/** A worker that serves; made by {@link WarmWorker}. */
export class ServiceWorker {
  /** Settled when the worker has ended by itself. */
  readonly ended: Promise<WorkerFailure>;
  /** The contracts that it serves. */
  readonly contracts: readonly string[];
  readonly #worker: Worker;
  #stopping: Promise<void> | undefined;

  /** Made by {@link WarmWorker}. */
  constructor(worker: Worker, contracts: readonly string[], ended: Promise<WorkerFailure>) {
    this.#worker = worker;
    this.contracts = contracts;
    this.ended = ended;
  }

  /** Lets requests in work finish within `deadlineMs`, then ends the worker. */
  stop(deadlineMs: number): Promise<void> {
    return this.#stopping ??= this.#stop(deadlineMs);
  }

  async #stop(deadlineMs: number): Promise<void> {
    const stopped = Promise.withResolvers<void>();
    this.#worker.on("message", (message: FromWorker) => {
      if (message.kind === "stopped") stopped.resolve();
    });
    this.ended.then(() => stopped.resolve());
    send(this.#worker, { kind: "stop", deadlineMs });
    // A handler that blocks its thread never answers: the worker is ended all the same.
    const timer = setTimeout(stopped.resolve, deadlineMs + GRACE_MS);
    await stopped.promise;
    clearTimeout(timer);
    await this.#worker.terminate();
  }
}

const START_TIMEOUT_MS = 30_000;
const GRACE_MS = 300;
/** MiB that the heap of this process may have. */
export const DEFAULT_HEAP_MB = Math.floor(getHeapStatistics().heap_size_limit / 2 ** 20);

/** A worker that has loaded what every service needs and waits for the service itself. */
export class WarmWorker {
  /** Settled when the worker has ended by itself. */
  readonly ended: Promise<WorkerFailure>;
  readonly #worker: Worker;

  /**
   * Opens a worker; loading the framework goes on behind it.
   *
   * @param heapMb MiB that its heap may have: without a limit of its own, a worker that runs out of
   *   memory ends the whole process
   */
  constructor(heapMb: number) {
    this.#worker = new Worker(workerUrl(), {
      name: "service",
      resourceLimits: { maxOldGenerationSizeMb: heapMb },
    });
    this.ended = endOf(this.#worker, heapMb);
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
    const { style, module, servers, sessionKeySeed, deployment } = options;
    const started = Promise.withResolvers<Result<readonly string[], WorkerFailure>>();
    worker.on("message", (message: FromWorker) => {
      if (message.kind === "ready") started.resolve(ok(message.contracts));
      if (message.kind === "failed") started.resolve(err(message.failure));
    });
    this.ended.then((failure) => started.resolve(err(failure)));
    send(worker, { kind: "start", style, module, servers, sessionKeySeed, deployment });
    const limit = options.startTimeoutMs ?? START_TIMEOUT_MS;
    let timer: ReturnType<typeof setTimeout> | undefined;
    if (await permit) {
      send(worker, { kind: "serve" });
      timer = setTimeout(() => started.resolve(err(tooSlow(module, limit))), limit);
    } else started.resolve(err({ message: `${module} may not be served`, code: "not_permitted" }));
    const result = await started.promise;
    clearTimeout(timer);
    if (result.isOk()) return ok(new ServiceWorker(worker, result.value, this.ended));
    await this.close();
    return err(result.error);
  }

  /** Ends a worker that is not needed. */
  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}

/** A package may come from afar, and such a module cannot be a worker's first one. */
function workerUrl(): URL {
  const url = new URL("./service_worker.ts", import.meta.url);
  if (url.protocol === "file:") return url;
  return new URL(`data:text/javascript,${encodeURIComponent(`import ${JSON.stringify(url)};`)}`);
}

function endOf(worker: Worker, heapMb: number): Promise<WorkerFailure> {
  return new Promise((resolve) => {
    let exiting: WorkerFailure | undefined;
    worker.on("message", (message: FromWorker) => {
      if (message.kind === "exiting") exiting = exitFailure(message.what, message.place);
      if (message.kind !== "out_of_memory") return;
      resolve(memoryFailure(heapMb));
      worker.terminate();
    });
    worker.on("error", (error: Error & { readonly code?: unknown }) => {
      const isMemory = error.code === "ERR_WORKER_OUT_OF_MEMORY";
      resolve(isMemory ? memoryFailure(heapMb) : { message: error.message });
    });
    worker.on(
      "exit",
      (code: number) =>
        resolve(exiting ?? exitFailure(`has ended with exit code ${code}`, undefined)),
    );
  });
}

function exitFailure(what: string, place: string | undefined): WorkerFailure {
  const [, url = "", at] = /^(.*?)(:\d+:\d+)$/.exec(place ?? "") ?? [];
  const where = at === undefined ? "" : ` at ${fileURLToPath(url)}${at}`;
  return {
    message: `its code ${what}${where}`,
    hint: "a service runs until it is stopped: return an error from the handler, or throw one",
    code: "exited",
  };
}

function memoryFailure(heapMb: number): WorkerFailure {
  return {
    message: `ran out of memory: its heap may have ${heapMb} MiB`,
    hint: "keep less between requests and stream what is large, or allow more: " +
      "DENO_V8_FLAGS=--max-old-space-size=<MiB>",
    code: "out_of_memory",
  };
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
