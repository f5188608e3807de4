import type { HostedCommand } from "./command_host.ts";
import { TextLineStream } from "./text_lines.ts";
import type { Answer } from "./trellis_command.ts";

/** A process that runs command lines for the tests of a file, one after the other. */
export class CommandClient implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #answers: ReadableStreamDefaultReader<string>;
  #last: Promise<unknown> = Promise.resolve();

  /** Starts it with these variables. */
  constructor(env: Readonly<Record<string, string>>) {
    const host = new URL("./command_host.ts", import.meta.url).href;
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", host],
      clearEnv: true,
      env: { ...env },
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#answers = this.#child.stdout.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream()).getReader();
  }

  /** Runs a command line to its end, after those before it. */
  run(command: HostedCommand): Promise<Answer> {
    const answer = this.#last.then(async () => {
      await this.#writer.write(new TextEncoder().encode(`${JSON.stringify(command)}\n`));
      const { value } = await this.#answers.read();
      if (value === undefined) throw new Error(`the host ended in: ${command.words.join(" ")}`);
      // The host writes just that.
      return JSON.parse(value) as Answer;
    });
    this.#last = answer.catch(() => {});
    return answer;
  }

  /** Ends the process. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close().catch(() => {});
    await this.#child.status;
  }
}
