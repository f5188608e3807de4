import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { isRecord } from "../../contracts/json/json.ts";
import { linesOf } from "../measure/lines.ts";
import type { Load } from "../measure/load.ts";

/** What a contender runs with. */
interface ContenderOptions {
  /** `project` unless given; `none` for frameworks, whose packages are not in the project's lock. */
  readonly config?: "project" | "none";
  /** Variables on top of those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Arguments behind the server. */
  readonly args?: readonly string[];
}

/** A contender in a process of its own, so that none pays for another's timers and garbage. */
export class ContenderProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#lines = linesOf(child.stdout);
    this.#input = child.stdin.getWriter();
  }

  /**
   * Starts a contender and waits until its first call was answered; throws when it was not.
   *
   * @param script relative to this file
   */
  static async start(
    script: string,
    servers: string,
    { config = "project", env = {}, args = [] }: ContenderOptions = {},
  ): Promise<ContenderProcess> {
    const options = config === "none"
      ? ["--no-config", "--no-lock", "--node-modules-dir=manual"]
      : ["--frozen"];
    const path = fileURLToPath(new URL(script, import.meta.url));
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", ...options, path, servers, ...args],
      env: { ...env },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const errors = child.stderr.text();
    const contender = new ContenderProcess(child);
    const timer = setTimeout(() => child.kill("SIGKILL"), START_MS);
    try {
      await contender.#answer("ready");
      return contender;
    } catch {
      await contender[Symbol.asyncDispose]();
      const said = stripVTControlCharacters(await errors).trim().split("\n")[0] ?? "";
      throw new Error(`${script} does not start: ${said}`);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Loads it for one turn. */
  async turn(load: Load): Promise<number> {
    return Number(await this.ask(load, "figure"));
  }

  /** Sends it a line, and answers with a field of what it says. */
  async ask(question: object, field: string): Promise<unknown> {
    await this.#input.write(new TextEncoder().encode(JSON.stringify(question) + "\n"));
    return await this.#answer(field);
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGTERM");
    } catch {
      // It has ended by itself.
    }
    await this.#child.status;
  }

  /** The next message that has `field`; libraries may print lines of their own. */
  async #answer(field: string): Promise<unknown> {
    for (;;) {
      const { done, value } = await this.#lines.next();
      if (done) throw new Error("the contender has ended");
      if (!value.startsWith("{")) continue;
      const message: unknown = JSON.parse(value);
      if (isRecord(message) && field in message) return message[field];
    }
  }
}

const START_MS = 20_000;
