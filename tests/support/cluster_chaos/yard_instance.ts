import { SpokenProcess } from "../spoken_process.ts";
import { until } from "../until.ts";
import { type Handled, WORKED } from "./yard.ts";

const PROGRAM = new URL("./yard_process.ts", import.meta.url);

/** An instance of the yard in a process of its own, which may be killed. */
export class YardInstance implements AsyncDisposable {
  readonly #arguments: readonly string[];
  readonly #handled: Handled;
  #process: SpokenProcess;
  #read = 0;

  private constructor(words: readonly string[], handled: Handled) {
    this.#arguments = words;
    this.#handled = handled;
    this.#process = SpokenProcess.start(PROGRAM, ...words);
  }

  /** Starts it; it serves when this resolves. @param handled is told by {@link note} what it was given */
  static async start(
    { trellisUrl, sessionKeySeed }: {
      readonly trellisUrl: readonly string[];
      readonly sessionKeySeed?: string;
    },
    handled: Handled,
  ): Promise<YardInstance> {
    const seed = sessionKeySeed === undefined ? [] : [sessionKeySeed];
    const instance = new YardInstance([trellisUrl.join(","), ...seed], handled);
    await instance.#serving();
    return instance;
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
    this.note();
  }

  /** Starts it again, with the same key. */
  async startAgain(): Promise<void> {
    this.#process = SpokenProcess.start(PROGRAM, ...this.#arguments);
    this.#read = 0;
    await this.#serving();
  }

  /** Notes what it has been given since the last time. */
  note(): void {
    const { said } = this.#process;
    const end = said.lastIndexOf("\n") + 1;
    for (const line of said.slice(this.#read, end).split("\n")) {
      if (!line.startsWith("[")) continue;
      const [kind, key]: readonly [string, string] = JSON.parse(line);
      const known = WORKED.find((other) => other === kind);
      if (known !== undefined) this.#handled[known].add(key);
    }
    this.#read = end;
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  async #serving(): Promise<void> {
    await until(() => this.#process.hasSaid("serving"), "the instance serves", 180_000);
  }
}
