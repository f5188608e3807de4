import { fileURLToPath } from "node:url";

/** A process whose output a test reads. */
export class SpokenProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  #said = "";
  readonly #reading: Promise<void>;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#reading = this.#read();
  }

  /** Starts a program. */
  static start(program: URL, ...args: readonly string[]): SpokenProcess {
    return SpokenProcess.startWith({}, program, ...args);
  }

  /** Starts a program with further variables in its environment. */
  static startWith(
    env: Record<string, string>,
    program: URL,
    ...args: readonly string[]
  ): SpokenProcess {
    const command = new Deno.Command(Deno.execPath(), {
      env,
      args: ["run", "-A", "--no-check", "--quiet", fileURLToPath(program), ...args],
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    });
    return new SpokenProcess(command.spawn());
  }

  /** All that it has said. */
  get said(): string {
    return this.#said;
  }

  /** True when it has said a text. */
  hasSaid(text: string): boolean {
    return this.#said.includes(text);
  }

  /** Sends it a signal. */
  signal(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Ends it as a crash would. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.ended();
  }

  /** Resolves when it has ended and all that it has said is there. */
  async ended(): Promise<void> {
    await this.#child.status;
    await this.#reading;
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    for await (const bytes of this.#child.stdout) this.#said += decoder.decode(bytes);
  }
}
