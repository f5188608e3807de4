/**
 * Runs command lines one after the other in one process, because starting one takes longer than most
 * commands: reads {@link HostedCommand} lines, and answers each with an `Answer` line.
 *
 * @module
 */
import { TextLineStream } from "./text_lines.ts";
import { main } from "../../../cli/main.ts";
import type { ByteSink } from "../../../cli/terminal/output_stream.ts";

/** A command line, and where and with what it runs. */
export interface HostedCommand {
  readonly words: readonly string[];
  readonly cwd: string;
  /** Variables on top of those of the host. */
  readonly env: Readonly<Record<string, string>>;
  /** What it reads from standard input. */
  readonly stdin: string;
}

/** A stream of the process that keeps what is written to it. */
class KeptOutput implements ByteSink {
  readonly #parts: Uint8Array[] = [];

  write(bytes: Uint8Array): Promise<number> {
    return Promise.resolve(this.writeSync(bytes));
  }

  writeSync(bytes: Uint8Array): number {
    this.#parts.push(bytes.slice());
    return bytes.length;
  }

  isTerminal(): boolean {
    return false;
  }

  async text(): Promise<string> {
    return await new Response(new Blob(this.#parts.map((part) => part.slice()))).text();
  }
}

/** Standard input with a known text. */
function inputOf(text: string) {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  return {
    readable: new Blob([bytes]).stream(),
    isTerminal: () => false,
    read(into: Uint8Array): Promise<number | null> {
      const part = bytes.subarray(at, at + into.length);
      into.set(part);
      at += part.length;
      return Promise.resolve(part.length === 0 ? null : part.length);
    },
  };
}

async function run({ words, cwd, env, stdin }: HostedCommand) {
  const before = new Map(Object.keys(env).map((name) => [name, Deno.env.get(name)]));
  for (const [name, value] of Object.entries(env)) Deno.env.set(name, value);
  Deno.chdir(cwd);
  const [stdout, stderr] = [new KeptOutput(), new KeptOutput()];
  Object.assign(Deno, { stdin: inputOf(stdin), stdout, stderr });
  try {
    const code = await main(words);
    return { code, stdout: await stdout.text(), stderr: await stderr.text() };
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
  }
}

const { stdin, stdout } = Deno;
const lines = stdin.readable.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
for await (const line of lines) {
  const answer = new TextEncoder().encode(`${JSON.stringify(await run(JSON.parse(line)))}\n`);
  for (let sent = 0; sent < answer.length;) sent += await stdout.write(answer.subarray(sent));
}
Deno.exit(0);
