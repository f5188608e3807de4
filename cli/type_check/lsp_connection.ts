import { isRecord } from "../../contracts/json/json.ts";
import { decodeMessages, encodeMessage } from "./lsp_framing.ts";

interface Waiting {
  resolve(result: unknown): void;
  reject(reason: Error): void;
}

/** How to start a language server. */
export interface LspConnectionOptions {
  /** The executable. */
  readonly command: string;
  /** Its arguments. */
  readonly args: readonly string[];
  /** Where it runs. */
  readonly cwd: string;
  /** Variables on top of this process's own. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * A language server in a child process, spoken to over its standard streams. Requests are answered
 * in any order; once the child is gone, every request, waiting or new, rejects.
 */
export class LspConnection implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #waiting = new Map<number, Waiting>();
  readonly #expected = new Map<string, Waiting>();
  #lastId = 0;
  #over: string | undefined;

  /** Resolves with the reason, once, when the child has exited. */
  readonly ended: Promise<string>;

  /**
   * Starts the child.
   *
   * @throws Deno.errors.NotFound when there is no such executable or directory
   */
  constructor(options: LspConnectionOptions) {
    this.#child = new Deno.Command(options.command, {
      args: [...options.args],
      cwd: options.cwd,
      env: { ...options.env },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.ended = this.#live();
  }

  /** The child's process id. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Sends a request; rejects for an error answer and when the child is gone. */
  request(method: string, params?: unknown): Promise<unknown> {
    if (this.#over !== undefined) return Promise.reject(new Error(this.#over));
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#waiting.set(id, { resolve, reject });
    this.#send({ jsonrpc: "2.0", id, method, params });
    return promise;
  }

  /** The parameters of the next notification of that name; rejects when the child is gone. */
  notified(method: string): Promise<unknown> {
    if (this.#over !== undefined) return Promise.reject(new Error(this.#over));
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#expected.set(method, { resolve, reject });
    return promise;
  }

  /** Sends a notification; lost when the child is gone. */
  notify(method: string, params?: unknown): void {
    this.#send({ jsonrpc: "2.0", method, params });
  }

  /** Kills the child, which holds nothing worth a polite end, and waits until it is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#kill();
    await this.ended;
  }

  #send(message: unknown): void {
    // A child that no longer reads is noticed where its output ends, not here.
    this.#writer.write(encodeMessage(message)).catch(() => {});
  }

  #kill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has exited already.
    }
  }

  async #live(): Promise<string> {
    let reason = "the language server closed its output";
    try {
      for await (const message of decodeMessages(this.#child.stdout)) this.#receive(message);
    } catch (cause) {
      reason = `the language server's output cannot be read: ${cause}`;
    }
    this.#kill();
    const status = await this.#child.status;
    this.#over = `${reason} (${status.signal ?? `exit code ${status.code}`})`;
    await this.#writer.abort().catch(() => {});
    const waiting = [...this.#waiting.values(), ...this.#expected.values()];
    this.#waiting.clear();
    this.#expected.clear();
    for (const { reject } of waiting) reject(new Error(this.#over));
    return this.#over;
  }

  #receive(message: unknown): void {
    if (!isRecord(message)) return;
    const { id, method, params, result, error } = message;
    if (typeof method === "string") {
      this.#expected.get(method)?.resolve(params);
      this.#expected.delete(method);
      // The server must not wait for an answer; none of its requests matters here.
      if (id !== undefined) this.#send({ jsonrpc: "2.0", id, result: null });
      return;
    }
    if (typeof id !== "number") return;
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(new Error(`the language server answered: ${JSON.stringify(error)}`));
  }
}
