import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import type { Evaluation } from "./evaluate_file.ts";
import type { EvaluationMessage } from "./evaluation_message.ts";
import { EvaluationProcess, HEAP_MB, type ProcessSettings } from "./evaluation_process.ts";
import { evaluationPermissions } from "./evaluation_permissions.ts";
import { configOf } from "./nearest_config.ts";
import type { SpareProcess } from "./spare_process.ts";

/** What came of a file, as far as it came to anything. */
export type FileEvaluation =
  | Evaluation
  | { readonly kind: "timeout"; readonly timeoutMs: number }
  | { readonly kind: "memory"; readonly heapMb: number }
  | { readonly kind: "crashed"; readonly message: string };

/** How files are evaluated. */
export interface EvaluateOptions {
  /** Folders that the files may read. */
  readonly readable: readonly string[];
  /** Milliseconds that one file may take. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** A process that may be ready for the files. */
  readonly spare?: SpareProcess;
}

/** Processes at a time. */
const PROCESSES = 2;
/** Most files of one process: it takes 100 ms to start, a contract 1 ms. */
const MAX_BATCH = 64;
/** Milliseconds for files that find the framework loaded; those that take longer are tried alone. */
const WARM_TIMEOUT_MS = 1000;
/** Milliseconds for a process to start, which is not the files' time. */
const START_TIMEOUT_MS = 30_000;

/**
 * Imports files, given by absolute path, in processes without permissions; the results are in the
 * order of the files.
 *
 * Files share a process while they leave each other alone. One that hangs, fails beside its import,
 * or changes what the next would find ends its process. Only the first file of a process is ever
 * held to have hung: all others get a second chance in a process of their own.
 *
 * @throws the reason of the signal
 */
export async function evaluateFiles(
  paths: readonly string[],
  options: EvaluateOptions,
): Promise<readonly FileEvaluation[]> {
  const permissions = evaluationPermissions(options.readable);
  const urls = paths.map((path) => pathToFileURL(path).href);
  const results = new Array<FileEvaluation>(urls.length);
  const queue: Batch[] = [];
  for (const [config, files] of await byConfig(paths)) {
    for (let i = 0; i < files.length; i += MAX_BATCH) {
      queue.push({ settings: { permissions, config }, files: files.slice(i, i + MAX_BATCH) });
    }
  }
  const work = async () => {
    for (let batch = queue.shift(); batch !== undefined; batch = queue.shift()) {
      options.signal?.throwIfAborted();
      const { settings, files } = batch;
      const { done, retry } = await runProcess(files.map((i) => urls[i] ?? ""), settings, options);
      done.forEach((evaluation, k) => results[files[k] ?? 0] = evaluation);
      const rest = files.slice(done.length);
      for (const part of retry ? [rest.slice(0, 1), rest.slice(1)] : [rest]) {
        if (part.length > 0) queue.push({ settings, files: part });
      }
    }
  };
  await Promise.all(Array.from({ length: PROCESSES }, work));
  return results;
}

/** Files of one process, by their places. */
interface Batch {
  readonly settings: ProcessSettings;
  readonly files: readonly number[];
}

/** The places of files by the configuration that holds for them. */
async function byConfig(
  paths: readonly string[],
): Promise<ReadonlyMap<string | undefined, readonly number[]>> {
  const folders = [...new Set(paths.map((path) => dirname(path)))];
  const known = new Map(
    await Promise.all(folders.map(async (folder) => [folder, await configOf(folder)] as const)),
  );
  const configs = paths.map((path) => known.get(dirname(path)));
  return Map.groupBy(configs.keys(), (place) => configs[place]);
}

interface Run {
  /** Evaluations of the first files; the others were not evaluated. */
  readonly done: readonly FileEvaluation[];
  /** Whether the first of the others is to be tried alone. */
  readonly retry: boolean;
}

async function runProcess(
  urls: readonly string[],
  settings: ProcessSettings,
  { timeoutMs, signal, spare }: EvaluateOptions,
): Promise<Run> {
  const run = Promise.withResolvers<Run>();
  const done: FileEvaluation[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = (retry: boolean) => run.resolve({ done: [...done], retry });
  // The first file of a process met a clean realm: what is said of it is final.
  const fail = (evaluation: FileEvaluation) => {
    const retry = done.length > 0;
    if (!retry) done.push(evaluation);
    end(retry);
  };
  const limit = (milliseconds: number, onTimeout: () => void) => {
    clearTimeout(timer);
    timer = setTimeout(onTimeout, milliseconds);
  };
  const hear = (message: EvaluationMessage) => {
    if (message.kind === "started") {
      const milliseconds = done.length === 0 ? timeoutMs : Math.min(timeoutMs, WARM_TIMEOUT_MS);
      return limit(milliseconds, () => fail({ kind: "timeout", timeoutMs }));
    }
    if (message.stray && done.length > 0) return end(true);
    done.push(message.evaluation);
    if (done.length === urls.length || !message.intact) end(false);
  };

  const process = spare?.take(settings) ?? new EvaluationProcess(settings);
  const abort = () => run.reject(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  limit(START_TIMEOUT_MS, () => {
    fail({ kind: "crashed", message: `it did not start within ${START_TIMEOUT_MS} ms` });
  });
  process.evaluate(urls);
  const heard = process.hear(hear).then(({ outOfMemory, said }) => {
    // What files print is for people; a file that has taken all memory leaves pages.
    if (said !== "" && !outOfMemory) console.error(said.trimEnd());
    if (outOfMemory) fail({ kind: "memory", heapMb: HEAP_MB });
    else fail({ kind: "crashed", message: said });
  });
  try {
    return await run.promise;
  } finally {
    signal?.removeEventListener("abort", abort);
    await process.kill();
    await heard;
    clearTimeout(timer);
  }
}
