import { pathToFileURL } from "node:url";
import type { Evaluation, WorkerMessage } from "./discovery_worker.ts";
import { workerPermissions } from "./worker_permissions.ts";

/** What came of a file, as far as it came to anything. */
export type FileEvaluation =
  | Evaluation
  | { readonly kind: "timeout"; readonly timeoutMs: number }
  | { readonly kind: "crashed"; readonly message: string };

/** How files are evaluated. */
export interface EvaluateOptions {
  /** Folders that the files may read. */
  readonly readable: readonly string[];
  /** Milliseconds that one file may take. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** Workers at a time; each is a thread. */
const WORKERS = 2;
/** Most files of one worker: loading the framework takes 30 ms a worker, a contract 1 ms. */
const MAX_BATCH = 64;
/** Milliseconds for files that find the framework loaded; those that take longer are tried alone. */
const WARM_TIMEOUT_MS = 1000;
/** Milliseconds for a worker to start, which is not the files' time. */
const START_TIMEOUT_MS = 30_000;

/**
 * Imports files, given by absolute path, in workers without permissions; the results are in the
 * order of the files.
 *
 * Files share a worker while they leave each other alone. One that hangs, fails beside its import,
 * or changes what the next would find ends its worker. Only the first file of a worker is ever
 * held to have hung: all others get a second chance in a worker of their own.
 *
 * @throws the reason of the signal
 */
export async function evaluateFiles(
  paths: readonly string[],
  options: EvaluateOptions,
): Promise<readonly FileEvaluation[]> {
  const urls = paths.map((path) => pathToFileURL(path).href);
  const results = new Array<FileEvaluation>(urls.length);
  const permissions = workerPermissions(options.readable);
  const size = Math.min(MAX_BATCH, Math.ceil(urls.length / WORKERS));
  const queue: (readonly number[])[] = [];
  for (let i = 0; i < urls.length; i += size) {
    queue.push(Array.from({ length: Math.min(size, urls.length - i) }, (_, k) => i + k));
  }
  const work = async () => {
    for (let batch = queue.shift(); batch !== undefined; batch = queue.shift()) {
      options.signal?.throwIfAborted();
      const open = batch;
      const { done, retry } = await runWorker(open.map((i) => urls[i] ?? ""), permissions, options);
      done.forEach((evaluation, k) => results[open[k] ?? 0] = evaluation);
      const rest = open.slice(done.length);
      queue.push(...(retry ? [rest.slice(0, 1), rest.slice(1)] : [rest]).filter(isFilled));
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, work));
  return results;
}

function isFilled(batch: readonly number[]): boolean {
  return batch.length > 0;
}

interface Run {
  /** Evaluations of the first files; the others were not evaluated. */
  readonly done: readonly FileEvaluation[];
  /** Whether the first of the others is to be tried alone. */
  readonly retry: boolean;
}

async function runWorker(
  urls: readonly string[],
  permissions: Deno.PermissionOptionsObject,
  { timeoutMs, signal }: EvaluateOptions,
): Promise<Run> {
  const run = Promise.withResolvers<Run>();
  const { port1, port2 } = new MessageChannel();
  const done: FileEvaluation[] = [];
  let started = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = (retry: boolean) => {
    // The worker may have sent more by now.
    port1.onmessage = null;
    run.resolve({ done, retry });
  };
  // The first file of a worker met a clean realm: what is said of it is final.
  const fail = (evaluation: FileEvaluation) => {
    const retry = done.length > 0;
    if (!retry) done.push(evaluation);
    end(retry);
  };
  const limit = (milliseconds: number, onTimeout: () => void) => {
    clearTimeout(timer);
    timer = setTimeout(onTimeout, milliseconds);
  };
  const broken = (why: string) => run.reject(new Error(`the discovery worker ${why}`));

  const worker = new Worker(new URL("./discovery_worker.ts", import.meta.url), {
    type: "module",
    name: "contracts",
    deno: { permissions },
  });
  worker.onerror = (event) => {
    event.preventDefault();
    if (started) fail({ kind: "crashed", message: event.message });
    else broken(`did not start: ${event.message}`);
  };
  port1.onmessage = ({ data }: MessageEvent<WorkerMessage>) => {
    if (data.kind === "started") {
      started = true;
      const milliseconds = done.length === 0 ? timeoutMs : Math.min(timeoutMs, WARM_TIMEOUT_MS);
      return limit(milliseconds, () => fail({ kind: "timeout", timeoutMs }));
    }
    if (data.stray && done.length > 0) return end(true);
    done.push(data.evaluation);
    if (done.length === urls.length || !data.intact) end(false);
  };
  const abort = () => run.reject(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  limit(START_TIMEOUT_MS, () => broken(`did not start within ${START_TIMEOUT_MS} ms`));
  worker.postMessage(urls, [port2]);
  try {
    return await run.promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
    port1.close();
    worker.terminate();
  }
}
