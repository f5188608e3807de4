import type { EvaluationMessage, EvaluationOrder } from "./evaluation_message.ts";

/** MiB that the heap of contract files may have. */
export const HEAP_MB = 512;

/** What files may do, and how their imports are found. */
export interface ProcessSettings {
  readonly permissions: Deno.PermissionOptionsObject;
  /** Path of the configuration that says what imports stand for; none unless given. */
  readonly config: string | undefined;
}

/** How a process has ended. */
export interface ProcessEnd {
  readonly outOfMemory: boolean;
  /** What it wrote to standard error. */
  readonly said: string;
}

const MAX_SAID = 100_000;

/**
 * A process that evaluates contract files: nothing else holds what loops, ends itself or takes all memory. Deno
 * does not end a worker that loops.
 */
export class EvaluationProcess {
  readonly #child: Deno.ChildProcess;
  readonly #mark: string = crypto.randomUUID();
  readonly #said: Promise<string>;

  /** Starts a process, which loads what every contract needs and waits for files. */
  constructor({ permissions, config }: ProcessSettings) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--no-prompt",
        // What contracts import may load more later, to connect, say: that is not read.
        "--unstable-lazy-dynamic-imports",
        `--v8-flags=--max-old-space-size=${HEAP_MB}`,
        ...allow("read", permissions.read),
        ...allow("import", permissions.import),
        ...(config === undefined ? ["--no-config"] : ["--config", config]),
        new URL("./evaluation_main.ts", import.meta.url).href,
      ],
      env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", RUST_BACKTRACE: "0" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#said = textOf(this.#child.stderr);
  }

  /** Hands over files, once. */
  async evaluate(urls: readonly string[]): Promise<void> {
    const order: EvaluationOrder = { mark: this.#mark, urls };
    await new Blob([JSON.stringify(order)]).stream().pipeTo(this.#child.stdin)
      .catch(() => {
        // It has ended, and says so itself.
      });
  }

  /** Tells what the process says, until it ends, and then how it has ended. */
  async hear(listener: (message: EvaluationMessage) => void): Promise<ProcessEnd> {
    let rest = "";
    for await (const part of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = part.split("\n");
      lines[0] = rest + lines[0];
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (line.startsWith(this.#mark)) listener(JSON.parse(line.slice(this.#mark.length)));
      }
    }
    const [said] = await Promise.all([this.#said, this.#child.status]);
    // V8 says so in words only.
    return { outOfMemory: /^# Fatal JavaScript out of memory/m.test(said), said };
  }

  /** Ends the process at once. */
  async kill(): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.#child.status;
  }
}

async function textOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  let text = "";
  for await (const part of stream.pipeThrough(new TextDecoderStream())) {
    if (text.length < MAX_SAID) text += part;
  }
  return text;
}

function allow(name: string, list: unknown): readonly string[] {
  if (!Array.isArray(list) || list.length === 0) return [];
  // Deno has no way to write a comma in a path: doubled it is refused, rather than taken for two paths.
  return [`--allow-${name}=${list.map((entry) => String(entry).replaceAll(",", ",,")).join(",")}`];
}
