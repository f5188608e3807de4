import { getHeapStatistics } from "node:v8";
import { err, ok, type Result } from "../../contracts/result.ts";
import { doneWithin } from "../../runtime/nats/done_within.ts";
import { WorkerProcess, type WorkerSettings } from "./worker_process.ts";
import type { ServiceStyle, WorkerFailure, WorkerLook } from "./worker_protocol.ts";

/** Says whether code that is loaded may serve. */
export type Permit = () => Promise<boolean>;

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
  readonly #worker: WorkerProcess;
  readonly #quiet = Promise.withResolvers<void>();
  #stopping: Promise<void> | undefined;
  /** How it is, for whoever waits to hear that. */
  #looked: PromiseWithResolvers<WorkerLook> | undefined;

  /** Made by {@link WarmWorker}. */
  constructor(worker: WorkerProcess, contracts: readonly string[], ended: Promise<WorkerFailure>) {
    this.#worker = worker;
    this.contracts = contracts;
    this.ended = ended;
    worker.listen((message) => {
      if (message.kind !== "looked") return;
      this.#looked?.resolve(message);
      this.#looked = undefined;
    });
  }

  /** Lets requests in work finish within `deadlineMs`, then ends the worker. */
  stop(deadlineMs: number): Promise<void> {
    return this.#stopping ??= this.#stop(deadlineMs);
  }

  /** Why it does not answer: it does nothing any more, or has lost its server; undefined when all is well. */
  async trouble(): Promise<string | undefined> {
    const look = await this.look();
    if (look === undefined) return "its process does not answer";
    return look.connected ? undefined : "it has no connection to the NATS server";
  }

  /** How it is; undefined where it does nothing any more. */
  async look(): Promise<WorkerLook | undefined> {
    const looked = this.#looked ??= Promise.withResolvers();
    this.#worker.send({ kind: "look" });
    return await doneWithin(looked.promise, LOOK_MS) ? await looked.promise : undefined;
  }

  /** Resolves when it takes no more requests, because it stops or has ended. */
  get quiet(): Promise<void> {
    return this.#quiet.promise;
  }

  async #stop(deadlineMs: number): Promise<void> {
    const stopped = Promise.withResolvers<void>();
    let exits = false;
    this.#worker.listen((message) => {
      if (message.kind === "quiet") this.#quiet.resolve();
      if (message.kind !== "stopped") return;
      exits = message.exits;
      stopped.resolve();
    });
    this.ended.then(() => {
      this.#quiet.resolve();
      stopped.resolve();
    });
    this.#worker.send({ kind: "stop", deadlineMs });
    // A handler that loops never answers: the worker is ended all the same.
    await doneWithin(stopped.promise, deadlineMs + GRACE_MS);
    if (exits) await doneWithin(this.ended, LAST_RECORDS_MS);
    await this.#worker.kill();
  }
}

const START_TIMEOUT_MS = 30_000;
const GRACE_MS = 300;
/** Milliseconds after which a worker that says nothing is taken for one that loops. */
const LOOK_MS = 2000;
/** Milliseconds in which a worker sends what it has recorded last. */
const LAST_RECORDS_MS = 3000;
/** MiB that the heap of this process may have. */
export const DEFAULT_HEAP_MB = Math.floor(getHeapStatistics().heap_size_limit / 2 ** 20);

/** A worker that has loaded what every service needs and waits for the service itself. */
export class WarmWorker {
  /** Settled when the worker has ended by itself. */
  readonly ended: Promise<WorkerFailure>;
  readonly #worker: WorkerProcess;

  /** Opens a worker; loading the framework goes on behind it. */
  constructor(settings: WorkerSettings) {
    this.#worker = new WorkerProcess(new URL("./service_worker.ts", import.meta.url), settings);
    this.ended = this.#worker.ended;
  }

  /**
   * Runs a service in it, once; resolves when the service answers. It is loaded at once and serves
   * when it is permitted to; when it is not, the worker ends.
   */
  async start(
    options: WorkerOptions,
    permit: Permit = () => Promise.resolve(true),
  ): Promise<Result<ServiceWorker, WorkerFailure>> {
    const worker = this.#worker;
    const { style, module, servers, sessionKeySeed, deployment } = options;
    const started = Promise.withResolvers<Result<readonly string[], WorkerFailure>>();
    worker.listen((message) => {
      if (message.kind === "ready") started.resolve(ok(message.contracts));
      if (message.kind === "failed") started.resolve(err(message.failure));
    });
    this.ended.then((failure) => started.resolve(err(failure)));
    worker.send({ kind: "start", style, module, servers, sessionKeySeed, deployment });
    const limit = options.startTimeoutMs ?? START_TIMEOUT_MS;
    let timer: ReturnType<typeof setTimeout> | undefined;
    if (await permit()) {
      worker.send({ kind: "serve" });
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
    await this.#worker.kill();
  }
}

function tooSlow(module: string, limit: number): WorkerFailure {
  return {
    message: `${module} was not ready after ${limit} ms`,
    hint: "something at its top level waits or loops; handlers of every RPC must be registered",
  };
}
