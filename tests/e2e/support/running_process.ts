/** Where and with what a process runs. */
export interface ProcessOptions {
  /** Its directory; the test's own when left out. */
  readonly cwd?: string;
  /** Variables on top of the few that every process needs. */
  readonly env?: Readonly<Record<string, string>>;
  /** What it reads from standard input; nothing when left out. */
  readonly stdin?: string;
}

/** How long a test waits for anything at all, in milliseconds. */
const PATIENCE_MS = 120_000;

/** How long a process may take to stop, in milliseconds. */
const STOP_MS = 20_000;

/** What would change the answers; the rest (certificates, caches, proxies) Deno itself may need. */
const DROPPED = ["NATS_URL", "NO_COLOR", "FORCE_COLOR", "TERM"];

/** The variables of this process, less those; a server without a named port gets a free one. */
export function plainEnvironment(): Readonly<Record<string, string>> {
  const kept = Deno.env.toObject();
  for (const name of DROPPED) delete kept[name];
  return { ...kept, TRELLIS_NATS_PORT: "0" };
}

/**
 * A `deno` process whose output is waited for.
 *
 * ```ts ignore
 * await using dev = new RunningProcess(["run", "-A", "cli/main.ts", "dev"], { cwd });
 * await dev.until("ready in");
 * ```
 */
export class RunningProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #read: Promise<unknown>;
  readonly #written: Promise<void>;
  #stdout = "";
  #stderr = "";
  #ended = false;
  #seen = { stdout: 0, stderr: 0 };
  #changed = Promise.withResolvers<void>();

  /** Starts it. A server of its own gets a free port, unless the options say otherwise. */
  constructor(args: readonly string[], options: ProcessOptions = {}) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [...args],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      clearEnv: true,
      env: { ...plainEnvironment(), ...options.env },
      stdin: options.stdin === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const { stdout, stderr, status } = this.#child;
    this.#written = options.stdin === undefined ? Promise.resolve() : this.#say(options.stdin);
    this.#read = Promise.all([
      this.#gather(stdout, (text) => this.#stdout += text),
      this.#gather(stderr, (text) => this.#stderr += text),
    ]);
    Promise.all([status, this.#read]).then(() => {
      this.#ended = true;
      this.#changed.resolve();
    });
  }

  /** Its process number. */
  get pid(): number {
    return this.#child.pid;
  }

  /** What it wrote to standard output so far. */
  get stdout(): string {
    return this.#stdout;
  }

  /** What it wrote to standard error so far. */
  get stderr(): string {
    return this.#stderr;
  }

  /** Waits until the text stands in its output, behind what was waited for before. */
  async until(text: string, stream: "stdout" | "stderr" = "stderr"): Promise<void> {
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      const at = this[stream].indexOf(text, this.#seen[stream]);
      if (at >= 0) {
        this.#seen[stream] = at + text.length;
        return;
      }
      if (this.#ended) throw this.#error(`it ended without ${JSON.stringify(text)}`);
      const left = end - performance.now();
      await this.#within(this.#changed.promise, JSON.stringify(text), left);
    }
  }

  /** Waits until all of them stand in its standard error, in any order, behind what was waited for before. */
  async untilAll(texts: readonly string[]): Promise<void> {
    const from = this.#seen.stderr;
    let end = from;
    for (const text of texts) {
      this.#seen.stderr = from;
      await this.until(text);
      end = Math.max(end, this.#seen.stderr);
    }
    this.#seen.stderr = end;
  }

  /** Sends a signal; Ctrl-C unless said otherwise. Nothing happens when it has ended. */
  signal(name: Deno.Signal = "SIGINT"): void {
    try {
      this.#child.kill(name);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }

  /** Its exit code, when it has ended. */
  async ended(): Promise<number> {
    await this.#within(Promise.all([this.#child.status, this.#read]), "its end");
    return (await this.#child.status).code;
  }

  /** Ends it as a person would; throws when that takes force. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.signal("SIGINT");
    let forced = false;
    const force = setTimeout(() => {
      forced = true;
      this.signal("SIGKILL");
    }, STOP_MS);
    await this.#child.status;
    clearTimeout(force);
    await Promise.allSettled([this.#read, this.#written]);
    if (forced) throw this.#error(`it did not stop within ${STOP_MS} ms`);
  }

  async #within(promise: Promise<unknown>, what: string, limitMs = PATIENCE_MS): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<"late">((resolve) => timer = setTimeout(resolve, limitMs, "late"));
    const outcome = await Promise.race([promise, late]);
    clearTimeout(timer);
    if (outcome === "late") throw this.#error(`waited too long for ${what}`);
  }

  #error(message: string): Error {
    return new Error(`${message}\nstdout:\n${this.#stdout}\nstderr:\n${this.#stderr}`);
  }

  async #say(text: string): Promise<void> {
    const writer = this.#child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(text));
    await writer.close();
  }

  async #gather(
    stream: ReadableStream<Uint8Array<ArrayBuffer>>,
    add: (text: string) => void,
  ): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      add(text);
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    }
  }
}
