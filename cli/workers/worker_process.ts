import { type ChildProcess, spawn } from "node:child_process";
import { stderr } from "node:process";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { doneWithin } from "../../runtime/nats/done_within.ts";
import type { FromWorker, ToWorker, WorkerFailure } from "./worker_protocol.ts";

/** What a worker may do, and how its imports are found. */
export interface WorkerSettings {
  /** Arguments of `deno run` that say what it may do. */
  readonly permissions: readonly string[];
  /** Path of the configuration that says what imports stand for; none unless given. */
  readonly config: string | undefined;
  /** MiB that its heap may have. */
  readonly heapMb: number;
}

/** V8 says so, at length, and ends the process. */
const OUT_OF_MEMORY = /^(?:<--- Last few GCs --->|# Fatal JavaScript out of memory)/m;
/** Milliseconds behind its end in which what a process has said may arrive. */
const LAST_WORDS_MS = 1000;
/** May become the first line of that. */
const PERHAPS = /(?:^|(?<=\n))[<#][^\n]*$/;

/**
 * The process of a worker, which is told `To`, and says `From` beside what every worker says. Nothing else holds code that loops or takes all memory: Deno does not end a
 * thread that does.
 */
export class WorkerProcess<To extends object = ToWorker, From extends object = never> {
  /** Settled when it has ended, by itself or because it was killed. */
  readonly ended: Promise<WorkerFailure>;
  readonly #child: ChildProcess;

  /** Starts a process that runs the module at `url`. */
  constructor(url: URL, { permissions, config, heapMb }: WorkerSettings) {
    const child = spawn(Deno.execPath(), [
      "run",
      "--quiet",
      "--no-prompt",
      `--v8-flags=--max-old-space-size=${heapMb}`,
      ...permissions,
      ...(config === undefined ? ["--no-config"] : ["--config", config]),
      url.href,
    ], {
      stdio: ["ignore", "inherit", "pipe", "ipc"],
      // Ctrl-C is for the process that started it, which lets requests in work finish.
      detached: true,
    });
    this.#child = child;
    const ranOut = relay(child.stderr);
    let failure: WorkerFailure | undefined;
    child.on("message", (message: FromWorker) => {
      if (message.kind === "exiting") failure ??= exitFailure(message.what, message.place);
      if (message.kind === "failed") ({ failure } = message);
      if (message.kind === "threw") failure = { message: message.reason };
    });
    this.ended = new Promise((resolve) => {
      child.once(
        "error",
        ({ message }) => resolve({ message: `cannot be started: ${message}`, retryable: true }),
      );
      const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
      child.once("exit", async (code, signal) => {
        // All that it has said is to be here. The channel of a process that ends before it has read
        // what it was sent stays open for ever.
        await doneWithin(closed, LAST_WORDS_MS);
        if (child.connected) child.disconnect();
        if (await ranOut) resolve(memoryFailure(heapMb));
        else if (signal !== null) resolve(exitFailure(`was ended by ${signal}`));
        else resolve(failure ?? silentFailure(code));
      });
    });
  }

  /** Tells what it says, from now on. */
  listen(listener: (message: FromWorker | From) => void): void {
    this.#child.on("message", listener);
  }

  /** Says something to it; in vain when it has ended. */
  send(message: To): void {
    if (this.#child.connected) this.#child.send(message);
  }

  /** Ends it at once. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.ended;
  }
}

/** Passes on what a process says on standard error, but for V8's report that there is no memory: true then. */
async function relay(said: Readable | null): Promise<boolean> {
  let held = "";
  for await (const part of said?.setEncoding("utf8") ?? []) {
    const text = held + part;
    const end = text.search(OUT_OF_MEMORY);
    held = PERHAPS.exec(text)?.[0] ?? "";
    stderr.write(text.slice(0, end < 0 ? text.length - held.length : end));
    if (end >= 0) return true;
  }
  stderr.write(held);
  return false;
}

function exitFailure(what: string, place?: string): WorkerFailure {
  const [, url = "", at] = /^(.*?)(:\d+:\d+)$/.exec(place ?? "") ?? [];
  const where = at === undefined ? "" : ` at ${fileURLToPath(url)}${at}`;
  return {
    message: `its code ${what}${where}`,
    hint: "a service runs until it is stopped: return an error from the handler, or throw one",
    code: "exited",
  };
}

/** Code that ends its process is reported first: this process could not load what runs the code. */
function silentFailure(code: number | null): WorkerFailure {
  return {
    message: `its process has ended with exit code ${code} and has not said why`,
    hint: "what Deno says of it stands above",
    code: "exited",
    retryable: true,
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
