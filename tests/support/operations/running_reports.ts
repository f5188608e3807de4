import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("./report_process.ts", import.meta.url));

/** An instance of the reports in a process of its own. */
export class ReportProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  #said = "";
  readonly #reading: Promise<void>;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#reading = this.#read();
  }

  /** Starts it. */
  static start(url: string): ReportProcess {
    const command = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--quiet", PROGRAM, url],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    });
    return new ReportProcess(command.spawn());
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
    await this.#child.status;
    await this.#reading;
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    for await (const bytes of this.#child.stdout) this.#said += decoder.decode(bytes);
  }
}
